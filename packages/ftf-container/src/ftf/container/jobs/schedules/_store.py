"""`ScheduleStore`: the slots of schedules that were used."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from ...scopes._scope import Scope
from ..backends._backend import JobBackend
from ..stored._envelope import Envelope


class ScheduleStore(Protocol):
    """Notes which slots of schedules were used, so that all workers together use each once.

    A slot is a time at which a schedule enqueues a job.
    """

    async def last(self, names: Sequence[str], scope: Scope) -> Mapping[str, datetime]:
        """Return the last used slot of each schedule that has one, with a time zone.

        Args:
            names: The names of the schedules.
            scope: A scope that was opened for this call, and is closed after it.
        """

    async def use(
        self, name: str, slot: datetime, envelopes: Sequence[Envelope], scope: Scope
    ) -> Sequence[str] | None:
        """Use a slot and enqueue its jobs: both in one transaction, which is committed on return.

        Args:
            name: The name of the schedule.
            slot: The time, in UTC.
            envelopes: The jobs; none to note the slot only.
            scope: A scope that was opened for this call, and is closed after it.

        Returns:
            The ids of the jobs, as of `JobBackend.enqueue`; `None` if this slot or a later one of
            the schedule was used before, so that nothing was enqueued.
        """


class MemorySchedules:
    """Notes the used slots in the memory of this process.

    Args:
        backend: What keeps the jobs.
    """

    def __init__(self, backend: JobBackend) -> None:
        self._backend = backend
        self._last: dict[str, datetime] = {}

    async def last(self, names: Sequence[str], scope: Scope) -> Mapping[str, datetime]:  # noqa: ARG002  # stores with tables need it
        """Return the last used slot of each schedule; see `ScheduleStore.last`."""
        return {name: self._last[name] for name in names if name in self._last}

    async def use(
        self, name: str, slot: datetime, envelopes: Sequence[Envelope], scope: Scope
    ) -> Sequence[str] | None:
        """Use a slot and enqueue its jobs; see `ScheduleStore.use`."""
        if name in self._last and slot <= self._last[name]:
            return None
        self._last[name] = slot
        return await self._backend.enqueue(envelopes, scope, None)
