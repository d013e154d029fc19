"""Which listeners hear which events."""

from typing import NamedTuple

from ._calls import CallAll, call_all
from ._listener import Listener


class Heard(NamedTuple):
    """The listeners of one type of events, in the order in which they were registered.

    Args:
        call: Calls those that are called while an event is dispatched.
        after_commit: Those that are called after the commit, and what calls each.
    """

    call: CallAll
    after_commit: tuple[tuple[Listener, CallAll], ...]


class HeardByType:
    """The listeners of each type of events that was dispatched.

    Args:
        listeners: All listeners.

    Attributes:
        calls: What calls the listeners of the types that have none after the commit.
    """

    def __init__(self, listeners: list[Listener]) -> None:
        self._listeners = listeners
        self._heard: dict[type, Heard] = {}
        self.calls: dict[type, CallAll] = {}

    def of(self, event: type) -> Heard:
        """Return the listeners of a type of events."""
        if (heard := self._heard.get(event)) is not None:
            return heard
        found = [each for each in self._listeners if issubclass(event, each.event)]
        queued = {each.method for each in found if each.enqueue and each.event is event}
        found = [
            each
            for each in found
            # What is queued for this class is not queued for a base class of it as well.
            if each.event is event or not each.enqueue or each.method not in queued
        ]
        call = call_all(tuple(each for each in found if not each.after_commit))
        later = [(each, call_all((each,))) for each in found if each.after_commit]
        if not later:
            self.calls[event] = call
        return self._heard.setdefault(event, Heard(call, tuple(later)))

    def clear(self) -> None:
        """Forget everything, because another listener is registered."""
        self._heard.clear()
        self.calls.clear()
