"""Values worked out over many rows."""

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Float,
    Integer,
    SQLColumnExpression,
    TypeDecorator,
    func,
    select,
)
from sqlalchemy.orm import DeclarativeBase

from ._expressions import element
from ._query import Query


class _Whole(TypeDecorator[int]):
    """A sum of whole numbers, which PostgreSQL makes a Decimal so that it does not overflow."""

    impl: BigInteger = BigInteger()
    cache_ok: bool | None = True

    def process_result_value(self, value: object, _: Dialect) -> int | None:
        return None if value is None else int(str(value))


def total[V](column: SQLColumnExpression[V]) -> ColumnElement[V]:
    """Add up the values of a column, in its own type."""
    own = element(column).type
    return func.sum(column, type_=_Whole() if isinstance(own, Integer) else own)


def average(column: SQLColumnExpression[object]) -> ColumnElement[float]:
    """Average the values of a column."""
    return func.avg(column).cast(Float)


@dataclass(frozen=True, slots=True)
class Aggregates[T: DeclarativeBase](Query[T]):
    """The terminals that work out one value; of no rows, it is None.

    Columns of the model count once for each record, those of a joined one once for each match;
    limit and offset do not count.
    """

    async def sum[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Add up the values of a column."""
        return await self._aggregate(column, total(column))

    async def avg(self, column: SQLColumnExpression[object]) -> float | None:
        """Average the values of a column."""
        return await self._aggregate(column, average(column))

    async def min[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Find the least value of a column."""
        return await self._aggregate(column, func.min(column))

    async def max[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Find the greatest value of a column."""
        return await self._aggregate(column, func.max(column))

    async def _aggregate[V](
        self, column: SQLColumnExpression[object], value: ColumnElement[V]
    ) -> V | None:
        if self.clauses.groups:
            raise ValueError("a grouped query has a value for each group: use pluck()")
        statement = self._values(column, select(value).select_from(self.model))
        return await self._scalar(statement)
