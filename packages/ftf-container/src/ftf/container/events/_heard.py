"""Which listeners hear which events."""

from typing import NamedTuple

from ._listener import Listener


class Heard(NamedTuple):
    """The listeners of one type of events, in the order in which they were registered."""

    at_once: tuple[Listener, ...]
    after_commit: tuple[Listener, ...]


class HeardByType(dict[type, Heard | None]):
    """The listeners of each type of events that was dispatched; `None` where there are none."""

    def __init__(self, listeners: list[Listener]) -> None:
        super().__init__()
        self._listeners = listeners

    def __missing__(self, event: type) -> Heard | None:
        found = [each for each in self._listeners if issubclass(event, each.event)]
        at_once = tuple(each for each in found if not each.after_commit)
        heard = Heard(at_once, tuple(each for each in found if each.after_commit))
        return self.setdefault(event, heard if found else None)
