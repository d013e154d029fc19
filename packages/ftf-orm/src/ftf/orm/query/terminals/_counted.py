"""The terminal that returns records, and how many there are without the limit."""

from dataclasses import dataclass
from typing import cast

from sqlalchemy.orm import DeclarativeBase

from ._records import Terminals


@dataclass(frozen=True, slots=True)
class Counted[T: DeclarativeBase](Terminals[T]):
    """The terminal that returns records, and how many there are without the limit."""

    async def get_and_count(self) -> tuple[list[T], int]:
        """Return the records, and how many there are without the limit and the offset.

        One SELECT does both. A second one counts if it returns no record because of the offset.
        """
        whole = self._with(self.clauses.whole._replace(lock=None))
        counting = whole._counting().correlate(None).scalar_subquery()  # noqa: SLF001  # its own
        records, totals = await self._records(self.statement(), [counting])
        if totals:
            return records, cast("int", totals[0][0])
        may_be_more = self.clauses.offset or self.clauses.limit == 0
        return records, await whole.count() if may_be_more else 0
