"""`DatabaseSchedules`: the slots of schedules that were used, in the application's database."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Scope
from ftf.container.jobs import Envelope, JobBackend

from ..engine._driver_errors import typed_errors
from ..transactions._operation import read
from ..transactions._transaction import transaction
from ._tables import SCHEDULES
from ._transactions import naming_missing_tables

_LAST: Final = select(SCHEDULES.c.name, SCHEDULES.c.slot).where(
    SCHEDULES.c.name.in_(bindparam("names", expanding=True))
)


def _use(insertion: Any) -> Any:  # noqa: ANN401  # each dialect has a class of its own
    """Return a statement that returns a row if no slot of the schedule is as late as this one."""
    later = SCHEDULES.c.slot < insertion.excluded.slot
    updated = {"slot": insertion.excluded.slot}
    return insertion.on_conflict_do_update(
        index_elements=[SCHEDULES.c.name], set_=updated, where=later
    ).returning(SCHEDULES.c.name)


_USE: Final = {
    "postgresql": _use(postgresql.insert(SCHEDULES)),
    "sqlite": _use(sqlite.insert(SCHEDULES)),
}


class DatabaseSchedules:
    """Notes the used slots in a row a schedule, so that all workers together use each once.

    Args:
        backend: What keeps the jobs. Those of `DatabaseJobs` are in the transaction of the slot.
    """

    def __init__(self, backend: JobBackend) -> None:
        self._backend = backend

    async def last(self, names: Sequence[str], scope: Scope) -> Mapping[str, datetime]:
        """Return the last used slot of each schedule; see `ScheduleStore.last`."""
        session = await scope.aresolve(AsyncSession)
        given = {"names": list(names)}
        with naming_missing_tables():
            found = await read(session, lambda: session.execute(_LAST, given))
        return {row.name: row.slot for row in found}

    async def use(
        self, name: str, slot: datetime, envelopes: Sequence[Envelope], scope: Scope
    ) -> Sequence[str] | None:
        """Use a slot and enqueue its jobs; see `ScheduleStore.use`."""
        session = await scope.aresolve(AsyncSession)
        statement = _USE[session.get_bind().dialect.name]
        with naming_missing_tables(), typed_errors():
            async with transaction(session) as opened:
                # Another worker's transaction with this schedule is waited for by the statement.
                used = await session.execute(statement, {"name": name, "slot": slot})
                if used.first() is None:
                    return None
                return await self._backend.enqueue(envelopes, scope, opened)
