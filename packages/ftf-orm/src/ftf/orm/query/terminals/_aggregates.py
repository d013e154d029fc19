"""The terminals that aggregate a column."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import ColumnElement, SQLColumnExpression, func, select
from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query
from ..statement._sql_functions import average, refuse_average, refuse_total, total


@dataclass(frozen=True, slots=True)
class Aggregates[T: DeclarativeBase](Query[T]):
    """The terminals that compute one value; of no rows, it is None.

    They aggregate the values that `pluck` returns: columns of the model count once for each
    record, those of a joined one once for each match, within limit and offset; after `distinct`
    each value counts once.
    """

    async def sum[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Return the sum of the values of a column.

        Raises:
            TypeError: They are not numbers.
        """
        self._refuse_foreign(column)
        refuse_total(column, self._dialect)
        return await self._aggregate(column, total)

    async def avg(self, column: SQLColumnExpression[object]) -> float | None:
        """Return the average of the values of a column.

        Raises:
            TypeError: They are not numbers.
        """
        self._refuse_foreign(column)
        refuse_average(column, self._dialect)
        return await self._aggregate(column, average)

    async def min[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Return the least value of a column."""
        return await self._aggregate(column, func.min)

    async def max[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Return the greatest value of a column."""
        return await self._aggregate(column, func.max)

    async def _aggregate[V, W](
        self,
        column: SQLColumnExpression[V],
        aggregate: Callable[[SQLColumnExpression[V]], ColumnElement[W]],
    ) -> W | None:
        clauses = self.clauses
        if clauses.groups:
            raise ValueError("a grouped query has a value for each group: use pluck()")
        clauses.refuse_lock()
        self._refuse_foreign(column)
        if not (clauses.is_cut or clauses.distinct):
            statement = self._values(column, select(aggregate(column)).select_from(self.model))
            return await self._scalar(statement)
        every = self._values(column, select(column).select_from(self.model)).distinct()
        (value,) = (self._plucked(column) if clauses.is_cut else every).subquery().c
        return await self._scalar(select(aggregate(value)))
