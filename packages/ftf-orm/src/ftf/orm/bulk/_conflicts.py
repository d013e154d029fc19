"""Rows that are inserted, unless a stored row has their unique values: ON CONFLICT."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Index,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    inspect,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapper

from ..engine._driver_errors import driver_code
from ..exceptions import DuplicateRecord
from ..query import Condition, next_version, without_declared
from ..transactions.restoring._rollback import take
from ._defaults import on_update, with_defaults
from ._rows import Row, grouped, table_of, with_implied

_TWICE = "21000"  # a statement would write a row a second time


@dataclass(frozen=True, slots=True)
class Conflict[T: DeclarativeBase]:
    """The rows that conflict with stored ones, and what happens to those.

    Args:
        session: The session to work in.
        model: The model.
        unique: The columns whose values are unique together; without columns, any of them.
        condition: The condition of the rows in which they are, if not in all.
        update: The columns that a stored row is updated with.
    """

    session: AsyncSession
    model: type[T]
    unique: tuple[Column[Any], ...]
    condition: ColumnElement[bool] | None
    update: tuple[Column[Any], ...]

    @classmethod
    def of(
        cls,
        session: AsyncSession,
        model: type[T],
        unique: Collection[Column[Any]],
        update: Collection[Column[Any]] | None,
        rows: Iterable[Row],
    ) -> "Conflict[T]":
        """Return a conflict by unique columns; without columns to update, those of the rows.

        Raises:
            ValueError: The columns are not unique together.
        """
        table = table_of(model)
        condition = _condition_of(table, unique) if unique else None
        if update is None:
            given = dict.fromkeys(table.c[key] for row in rows for key in row)
            update = [column for column in given if column not in {*unique, *table.primary_key}]
        return cls(session, model, tuple(unique), condition, tuple(update))

    async def insert_missing(self, rows: Sequence[Row]) -> list[T]:
        """Insert the rows that conflict with none. Return their records."""
        return await self._run(self._insert.on_conflict_do_nothing(**self._target), rows)

    async def insert_or_update(self, rows: Sequence[Row], scopes: Sequence[Condition]) -> list[T]:
        """Insert rows, or update the stored ones. Return their records in order.

        Args:
            rows: The rows. One that is there twice is inserted once, and updated with the last.
            scopes: The conditions that a stored row has to meet.

        Raises:
            DuplicateRecord: A stored row does not meet the conditions, or two rows are equal for
                the database alone.
        """
        keys = [self._key(row) for row in rows]
        self._take(keys)
        insert, where = self._insert, and_(*scopes) if scopes else None
        insert = insert.on_conflict_do_update(
            **self._target, set_=self._changes(insert), where=where
        )
        try:
            records = await self._run(insert, self._merged(keys, rows))
        except DBAPIError as error:
            if driver_code(error) != _TWICE:
                raise
            raise self._duplicate from error
        if len(set(records)) < len(records):  # SQLite writes a row a second time
            raise self._duplicate
        found = {self._key_of(record): record for record in records}
        for key in dict.fromkeys(keys):
            if key not in found:
                found[key] = await self._find(key, records)
        return [found[key] for key in keys]

    def refuse_rows(self, rows: Sequence[Row]) -> None:
        """Raise for rows without a value that finds, or updates, a stored one.

        Raises:
            ValueError: A value is missing, or None in a unique column; or nothing is updated.
        """
        if not self.unique:
            raise ValueError("unique_by has no columns: pass those of a unique constraint")
        if not self.update and rows:
            raise ValueError("update has no columns: pass some, or use insert_or_ignore()")
        for number, row in enumerate(rows):
            for column in (*self.unique, *self.update):
                if column.key not in row:
                    raise ValueError(f"row {number} has no value for {column}")
            for column in self.unique:
                if row[column.key] is None:
                    raise ValueError(
                        f"row {number} has None for {column}, and NULL conflicts with no row: "
                        "use create_many()"
                    )

    @property
    def _mapper(self) -> Mapper[T]:
        return inspect(self.model)

    @property
    def _insert(self) -> Any:  # noqa: ANN401  # of either dialect, which have no common base
        name = self.session.get_bind(self._mapper).dialect.name
        return (postgresql if name == "postgresql" else sqlite).insert(table_of(self.model))

    @property
    def _target(self) -> dict[str, Any]:
        """The unique constraint that is meant; of a partial index, with its condition."""
        if not self.unique:
            return {}
        return {"index_elements": self.unique, "index_where": self.condition}

    def _changes(self, insert: Any) -> Mapping[ColumnElement[Any], object]:  # noqa: ANN401  # see _insert
        changes = on_update(table_of(self.model)) | next_version(self._mapper)
        return changes | {column: insert.excluded[column.key] for column in self.update}

    def _key(self, row: Row) -> tuple[object, ...]:
        return tuple(row[column.key] for column in self.unique)

    def _key_of(self, record: T) -> tuple[object, ...]:
        return tuple(getattr(record, name) for name in self._names)

    @property
    def _names(self) -> list[str]:
        return [self._mapper.get_property_by_column(column).key for column in self.unique]

    def _merged(self, keys: Sequence[object], rows: Sequence[Row]) -> list[Row]:
        """Return each row once: PostgreSQL refuses a second one, SQLite updates the first."""
        merged: dict[object, Row] = {}
        for key, row in zip(keys, rows, strict=True):
            first = merged.setdefault(key, row)
            if first is not row:
                merged[key] = first | {column.key: row[column.key] for column in self.update}
        return [*merged.values()]

    def _take(self, keys: Iterable[tuple[object, ...]]) -> None:
        """Take snapshots of the loaded records that the statement can update."""
        known, names = set(keys), self._names
        for record in self.session.sync_session.identity_map.values():
            values = record.__dict__
            if isinstance(record, self.model) and tuple(map(values.get, names)) in known:
                take(self.session.sync_session, record)

    async def _run(self, insert: Any, rows: Sequence[Row]) -> list[T]:  # noqa: ANN401  # see _insert
        statement = select(self.model).from_statement(insert.returning(*insert.table.c))
        statement = statement.options(*without_declared(self._mapper))
        options = {"populate_existing": True}
        found: list[T] = []
        for _, part in grouped(with_implied(self._mapper, rows)):
            completed = with_defaults(insert.table, part)
            result = await self.session.scalars(statement, completed, execution_options=options)
            found += result.all()
        return found

    async def _find(self, key: tuple[object, ...], records: Collection[T]) -> T:
        """Return the record of values that are equal for the database, and not for Python."""
        equal = (column == value for column, value in zip(self.unique, key, strict=True))
        table = table_of(self.model)
        row = (await self.session.execute(select(*table.primary_key).where(*equal))).first()
        known = {inspect(record).identity: record for record in records}
        if row is None or tuple(row) not in known:
            raise self._duplicate
        return known[tuple(row)]

    @property
    def _duplicate(self) -> DuplicateRecord:
        return DuplicateRecord(tuple(column.name for column in self.unique))


def _condition_of(table: Table, columns: Collection[Column[Any]]) -> ColumnElement[bool] | None:
    """Return the condition of the unique index over columns, if it is a partial one.

    Raises:
        ValueError: The columns are not unique together.
    """
    wanted = {*columns}
    constraints = (PrimaryKeyConstraint, UniqueConstraint)
    for constraint in table.constraints:
        if isinstance(constraint, constraints) and {*constraint.columns} == wanted:
            return None
    # One over an expression, such as lower(name), has a column too.
    unique = (index for index in table.indexes if index.unique)
    conditions = [_condition(index) for index in unique if {*index.expressions} == wanted]
    if not conditions:
        names = ", ".join(column.name for column in columns)
        raise ValueError(
            f"unique_by must be the columns of the primary key, of a unique constraint or of a "
            f"unique index of {table.name}, not {names}"
        )
    return None if any(condition is None for condition in conditions) else conditions[0]


def _condition(index: Index) -> Any:  # noqa: ANN401  # of the dialect's option
    for dialect in ("postgresql", "sqlite"):
        if (condition := index.dialect_options[dialect]["where"]) is not None:
            return condition
    return None
