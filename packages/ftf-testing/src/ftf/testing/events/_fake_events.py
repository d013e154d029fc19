"""What stands in for `Events` while a test has fakes."""

from collections.abc import Sequence
from functools import partial

from ftf.container import OpenTransaction, Scope
from ftf.container.events import Events

from .._application_lines import application_line
from .._caught import Catch
from ._event_fake import EventFake


class FakeEvents(Events):
    """Gives events to the fakes that catch them, and all others to their listeners.

    Args:
        scope: The scope of the events.
        real: What calls the listeners.
        fakes: The fakes of the test.
    """

    __slots__ = ("_fakes", "_real")

    def __init__(self, scope: Scope, real: Events, fakes: Sequence[EventFake]) -> None:
        self._scope = scope
        self._real = real
        self._fakes = fakes

    async def dispatch(self, event: object, *, after: OpenTransaction | None = None) -> None:
        """Note an event after the commit, or call its listeners."""
        fakes = [fake for fake in self._fakes if fake.catches(event)]
        if not fakes:
            await self._real.dispatch(event, after=after)
            return
        note = partial(_note, fakes, Catch(event, application_line()))
        if after is not None:
            after.after_commit(note)
        else:
            await self._scope.units.after_commit(note)


def _note(fakes: Sequence[EventFake], catch: Catch) -> None:
    for fake in fakes:
        fake.add(catch)
