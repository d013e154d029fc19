"""`Exists`: the rule that a record with a value is there."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import SQLColumnExpression
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import Fault
from ..query import Narrow, QueryBuilder
from ._candidate import Candidate, can_be, refuse_other


class Exists[R: DeclarativeBase = DeclarativeBase]:
    """The rule that a record with a value is there, and that the caller may see it.

    A record that a scope or `visible` hides is as if it was not there. The rule is an annotation,
    such as `Annotated[int, Exists(Supplier.id)]`, which does nothing by itself; `Rules` asks it.

    Args:
        column: The column with the value.
        visible: Takes a query for the records, and returns it with conditions; or a class, such as
            a policy, which `Rules` is given the meaning of.

    Raises:
        TypeError: The column is not an attribute of a model.
    """

    def __init__(
        self,
        column: SQLColumnExpression[object],
        *,
        visible: Narrow[R] | type[object] | None = None,
    ) -> None:
        self.model: type[R] = refuse_other(column, "Exists()")
        self.column = column
        self.visible = visible

    @property
    def columns(self) -> tuple[SQLColumnExpression[object], ...]:
        """The column, alone."""
        return (self.column,)

    async def faults(
        self, session: AsyncSession, query: QueryBuilder[R], candidates: Sequence[Candidate]
    ) -> list[Fault]:
        """Return a fault for each candidate without a record, after one query.

        Args:
            session: The session to read in.
            query: A query for the records that the caller may see.
            candidates: What to look for.
        """
        possible = [it for it in candidates if can_be(it, self.columns, session)]
        values: list[Any] = [*dict.fromkeys(it.values[0] for it in possible)]
        found: set[object] = set()
        if values:
            records = query.reorder().where_in(self.column, values).distinct()
            found = {*await records.pluck(self.column)}
        missing = (it for it in candidates if it not in possible or it.values[0] not in found)
        return [Fault(it.pointer, "exists", "is not there, or cannot be used") for it in missing]
