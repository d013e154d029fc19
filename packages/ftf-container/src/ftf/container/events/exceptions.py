"""What dispatching raises besides the errors of listeners."""

from .._dependency_path import name_of


class EventRecursionError(RuntimeError):
    """Listeners dispatch events in a circle.

    Args:
        path: The types of the events, from the one that was dispatched first.
    """

    def __init__(self, path: tuple[type, ...]) -> None:
        self.path = path
        shown = " → ".join(map(name_of, path[:8]))
        super().__init__(
            f"{len(path)} events were dispatched within each other: {shown} → …\n"
            "Let one of the listeners stop: check whether the work is done before it dispatches."
        )
