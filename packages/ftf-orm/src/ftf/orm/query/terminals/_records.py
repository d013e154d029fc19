"""The terminals that return records, values of a column, or a number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    SQLColumnExpression,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.orm import DeclarativeBase

from ...exceptions import InvalidArgument, MultipleRecordsFound, RecordNotFound
from ..statement._select import with_page, with_records, with_rows
from ..steps._ordering import Ordering
from ._loading import Loading


@dataclass(frozen=True, slots=True)
class Terminals[T: DeclarativeBase](Loading[T], Ordering[T]):
    """The terminals that return records, values of a column, or a number."""

    async def get(self) -> list[T]:
        """Return the records."""
        records, _ = await self._records(self.statement())
        return records

    async def first(self) -> T | None:
        """Return the first record, by the order and then by the primary key."""
        return next(iter(await self._with(self._with_key_order().at_most(1)).get()), None)

    async def first_or_fail(self) -> T:
        """Return the first record, by the order and then by the primary key.

        Raises:
            RecordNotFound: There is none.
        """
        if (record := await self.first()) is None:
            raise RecordNotFound(self.model)
        return record

    async def sole(self) -> T:
        """Return the only record, within the limit.

        Raises:
            RecordNotFound: There is none.
            MultipleRecordsFound: There are more.
        """
        found = await self._with(self.clauses.at_most(2)).get()
        if len(found) > 1:
            raise MultipleRecordsFound(self.model)
        if not found:
            raise RecordNotFound(self.model)
        return found[0]

    async def find(self, key: object) -> T | None:
        """Return the record with a primary key, or None, also for an impossible key such as 2**63.

        Raises:
            InvalidValue: The key is of another type than its column, such as "1" for 1.
        """
        return next(iter(await self.where_key(key).get()), None)

    async def find_or_fail(self, key: object) -> T:
        """Return the record with a primary key.

        Raises:
            RecordNotFound: There is none.
            InvalidValue: The key is of another type than its column.
        """
        if (record := await self.find(key)) is None:
            raise RecordNotFound(self.model)
        return record

    async def find_many(self, keys: Iterable[object]) -> list[T]:
        """Return the records with primary keys, in the order of the keys.

        Raises:
            InvalidValue: A key is not of the type of its column, such as "1" for 1, or the database
                finds others for it.
            ValueError: A key has the wrong number of columns.
        """
        rows = [_row(key) for key in keys]
        asked = dict.fromkeys(rows)
        records = await self.where_key(*rows).get()
        found = {inspect(record).identity or (): record for record in records}
        if other := found.keys() - asked.keys():
            named = ", ".join(str(key) for key in other)
            reason = f"keys are not of the type of their column: found were {named}"
            raise InvalidArgument("keys", reason)
        return [found[key] for key in asked if key in found]

    async def pluck[V](self, column: SQLColumnExpression[V]) -> list[V]:
        """Return the values of a column.

        Raises:
            TypeError: It is a name or a relationship, not a column.
            ValueError: It is a column of another table, or distinct values are sorted by another
                column.
        """
        return [*(await self._execute(self._plucked(column))).scalars().all()]

    async def value[V](self, column: SQLColumnExpression[V]) -> V | None:
        """Return the value of a column in the first record."""
        clauses = self.clauses if self.clauses.distinct else self._with_key_order()
        return next(iter(await self._with(clauses.at_most(1)).pluck(column)), None)

    async def count(self) -> int:
        """Return the number of records, or of groups, that `get` or `pluck` returns.

        Raises:
            ValueError: It locks records.
        """
        return await self._scalar(self._counting()) or 0

    async def exists(self) -> bool:
        """Return whether `get` or `pluck` returns anything, without counting it.

        Raises:
            ValueError: It locks records.
        """
        return bool(await self._scalar(select(self._ones().exists())))

    def _counting(self) -> "Select[int]":
        """Return a SELECT of the number of records or groups."""
        clauses, counting = self.clauses, select(func.count())
        if clauses.groups or clauses.is_cut:
            return counting.select_from(self._ones().subquery())
        clauses.refuse_lock()
        return with_records(clauses, counting.select_from(self.model), self._mapper)

    def _ones(self) -> "Select[int]":
        """Return a SELECT of a 1 for each record or group, in any order."""
        clauses, one = self.clauses, select(literal(1).label("one")).select_from(self.model)
        clauses.refuse_lock()
        # Without a limit it does not matter how often a record occurs.
        rows = (
            with_records(clauses, one, self._mapper) if clauses.is_cut else with_rows(clauses, one)
        )
        return with_page(clauses._replace(order=()), rows, self.model)

    async def _records(
        self, statement: "Select[T]", columns: Sequence[ColumnElement[Any]] = ()
    ) -> tuple[list[T], list[tuple[object, ...]]]:
        """Return the records of a statement, and the values of columns beside each."""
        loaded = self._loaded_before()
        result = await self._execute(statement.add_columns(*columns) if columns else statement)
        # A join for an eager load gives a record a row for each related one.
        result = result.unique() if self.clauses.loads or self._joins_by_itself else result
        whole = columns or self.clauses.computed
        records, beside = self._separated(result) if whole else ([*result.scalars().all()], [])
        await self._complete(records, loaded)
        return records, beside

    def _separated(self, rows: Iterable[Sequence[Any]]) -> tuple[list[T], list[tuple[object, ...]]]:
        """Return the records of rows with their computed values, and the values behind those."""
        names = [label.name for label in self.clauses.computed]
        end = len(names) + 1
        found = [(_computed(names, *row[:end]), tuple(row[end:])) for row in rows]
        return [record for record, _ in found], [values for _, values in found]


def _computed[R](names: list[str], record: R, *values: object) -> R:
    for name, value in zip(names, values, strict=True):
        setattr(record, name, value)
    return record


def _row(key: object) -> tuple[object, ...]:
    return key if isinstance(key, tuple) else (key,)
