"""What runs a query."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import SQLColumnExpression, UnaryExpression, func, inspect, literal, select
from sqlalchemy.orm import DeclarativeBase

from ..exceptions import MultipleRecordsFound, RecordNotFound
from ._conditions import Conditions
from ._expressions import element
from ._ordering import Ordering


@dataclass(frozen=True, slots=True)
class Terminals[T: DeclarativeBase](Conditions[T], Ordering[T]):
    """The terminals that deliver records, values of theirs, or how many there are."""

    async def get(self) -> list[T]:
        """Deliver the records."""
        result = await self._execute(self.statement())
        # A join for an eager load gives a record a row for each related one.
        result = result.unique() if self.clauses.options or self._joins_by_itself else result
        if not self.clauses.computed:
            return list(result.scalars())
        names = [label.name for label in self.clauses.computed]
        return [_set(names, *row) for row in result]

    async def first(self) -> T | None:
        """Deliver the first record, by the primary key where the order leaves it open."""
        limit = 1 if self.clauses.limit is None else min(1, self.clauses.limit)
        return next(iter(await self._settled().limit(limit).get()), None)

    async def first_or_fail(self) -> T:
        """Deliver the first record, by the primary key where the order leaves it open.

        Raises:
            RecordNotFound: There is none.
        """
        if (record := await self.first()) is None:
            raise RecordNotFound(self.model)
        return record

    async def sole(self) -> T:
        """Deliver the only record.

        Raises:
            RecordNotFound: There is none.
            MultipleRecordsFound: There are more.
        """
        found = await self.limit(2).get()
        if len(found) > 1:
            raise MultipleRecordsFound(self.model)
        if not found:
            raise RecordNotFound(self.model)
        return found[0]

    async def find_many(self, keys: Iterable[object]) -> list[T]:
        """Deliver the records with primary keys, in the order of the keys."""
        places = {_row(key): place for place, key in enumerate(dict.fromkeys(keys))}
        found = await self.where_key(*places).get()
        return sorted(found, key=lambda record: places[inspect(record).identity or ()])

    async def pluck[V](self, column: SQLColumnExpression[V]) -> list[V]:
        """Deliver the values of a column.

        Raises:
            ValueError: It is a column of another table, or distinct values are to be sorted by
                something else.
        """
        statement = self.clauses.page(self._values(column, select(column).select_from(self.model)))
        if self.clauses.distinct:
            self._refuse_other_order(column)
            statement = statement.distinct()
        return list((await self._execute(statement)).scalars())

    async def value[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Deliver the value that the first record has in a column."""
        limit = 1 if self.clauses.limit is None else min(1, self.clauses.limit)
        settled = self if self.clauses.distinct else self._settled()
        return next(iter(await settled.limit(limit).pluck(column)), None)

    async def count(self) -> int:
        """Count the records, or the groups, whatever the limit and offset."""
        counting = select(func.count())
        if self.clauses.groups:
            group = self.clauses.rows(select(literal(1).label("one")).select_from(self.model))
            counting = counting.select_from(group.subquery())
        else:
            counting = self.clauses.records(counting.select_from(self.model), self._mapper)
        return (await self._execute(counting)).scalar_one()

    async def exists(self) -> bool:
        """Tell whether there is any record, without counting them."""
        found = self.clauses.rows(select(literal(1)).select_from(self.model)).exists()
        return bool((await self._execute(select(found))).scalar())

    def _refuse_other_order(self, column: SQLColumnExpression[object]) -> None:
        for by in self.clauses.order:
            sorted_by = by.element if isinstance(by, UnaryExpression) else by
            if not element(column).compare(element(sorted_by)):
                raise ValueError(f"distinct values of {column} cannot be sorted by {sorted_by}")


def _set[R](names: list[str], record: R, *values: object) -> R:
    for name, value in zip(names, values, strict=True):
        setattr(record, name, value)
    return record


def _row(key: object) -> tuple[object, ...]:
    return key if isinstance(key, tuple) else (key,)
