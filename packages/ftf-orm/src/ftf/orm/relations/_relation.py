"""`Relation`: the related records of one record, and their association-table rows."""

from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Executable, inspect, literal, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..bulk._copy import insert_rows
from ..models._scopes import scope_functions
from ..query import NO_CLAUSES, Clauses, QueryBuilder, RelationTo, belongs_to
from ..transactions._operation import read, writing
from ..transactions._write_lock import is_only_writer
from ..transactions.restoring._rollback import take
from ._association import Pivot
from ._loading import load

type Values = Mapping[object, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Synced:
    """The result of `sync` and `toggle`.

    Args:
        attached: The keys that were attached.
        detached: The keys that were detached.
        updated: The keys whose further columns were updated.
    """

    attached: list[object]
    detached: list[object]
    updated: list[object]


@dataclass(frozen=True, slots=True)
class Relation[R: DeclarativeBase]:
    """The related records of one record; created by a repository.

    All methods but `query` are for many-to-many relationships: they take the primary keys of
    related records, and values for further columns of the association table. They write its rows
    also for related records that `query` does not find. If the relationship of the record is
    loaded, it is loaded again after a change.

    Args:
        session: The session to work in.
        record: The record.
        relation: The relationship.
        clauses: The clauses of the query for related records.
    """

    session: AsyncSession
    record: DeclarativeBase
    relation: RelationTo[R]
    clauses: Clauses = NO_CLAUSES

    def query(self) -> QueryBuilder[R]:
        """Return a query for the related records; no `or_where` widens it."""
        belongs = belongs_to(self.record, self.relation)
        model = self.relation.property.mapper.class_
        query = QueryBuilder(self.session, model, self.clauses)
        return QueryBuilder(self.session, model, query.clauses.within(belongs))

    async def pivots(self) -> dict[object, dict[str, object]]:
        """Return the values of the further columns, by the keys of the records of `query()`."""
        pivot, query = self._pivot(), self.query()
        related: Any = self.relation.property
        ((column, _),) = related.secondary_synchronize_pairs
        found = pivot.related_key.in_(query.subquery(column)) if self._hides else true()
        return await read(self.session, lambda: self._known(pivot, found))

    async def attach(self, *keys: object, **values: object) -> None:
        """Insert association rows for the given primary keys.

        Args:
            keys: The primary keys of records to attach.
            values: Values for further columns of each row.

        Raises:
            AttributeError: There is no such column.
            DuplicateRecord: One of them is attached already, and the rows are unique.
            ForeignKeyViolation: There is no record with one of the keys.
            InvalidValue: A key is not of the type of its column.
            ValueError: A value is for a column of the relationship itself.
        """
        pivot = self._pivot()
        wanted = pivot.wanted((key, values) for key in keys)
        if rows := [pivot.row(key, values) for key in wanted]:
            async with self._writing(pivot):
                await insert_rows(self.session, pivot.table, rows)

    async def detach(self, *keys: object) -> int:
        """Delete the association rows of the given keys. Return how many; without keys, 0.

        Args:
            keys: The primary keys of records to detach.

        Raises:
            TypeError: A key is not of the type of its column.
        """
        pivot = self._pivot()
        if not keys:
            return 0
        return await self._write(pivot, pivot.table.delete().where(pivot.is_one_of(keys)))

    async def detach_all(self) -> int:
        """Delete all association rows of the record. Return how many."""
        pivot = self._pivot()
        return await self._write(pivot, pivot.table.delete().where(pivot.is_own))

    async def update_pivot(self, key: object, **values: object) -> bool:
        """Update further columns of an association row. Return whether there was one.

        Raises:
            AttributeError: There is no such column.
            InvalidValue: The key is not of the type of its column.
            ValueError: There are no values, or one is for a column of the relationship itself.
        """
        pivot = self._pivot()
        pivot.wanted([(key, values)])
        if not values:
            raise ValueError(f"values are missing: pass one for a further column of {pivot.table}")
        changed = pivot.table.update().where(pivot.is_one_of([key])).values(values)
        return bool(await self._write(pivot, changed))

    async def sync(self, keys: Iterable[object] | Values, *, detaching: bool = True) -> Synced:
        """Make the given keys the only related ones; rows that already match are not written.

        Calls for the same record wait for each other.

        Args:
            keys: The primary keys, or a mapping from each to the values of further columns.
            detaching: Whether to detach all other keys.

        Raises:
            AttributeError: There is no such column.
            ForeignKeyViolation: There is no record with one of the keys.
            InvalidValue: A key is not of the type of its column.
            TypeError: The values of a key are not a mapping.
            ValueError: A value is for a column of the relationship itself.
        """
        pivot = self._pivot()
        wanted = pivot.wanted(keys.items() if isinstance(keys, Mapping) else _bare(keys))

        def compare(known: Mapping[object, Mapping[str, object]]) -> Synced:
            both = [key for key in wanted if key in known]
            return Synced(
                attached=[key for key in wanted if key not in known],
                detached=[key for key in known if key not in wanted and detaching],
                updated=[key for key in both if _differ(wanted[key], known[key])],
            )

        return await self._change(pivot, wanted, compare)

    async def toggle(self, keys: Iterable[object]) -> Synced:
        """Attach the keys that are not related, detach those that are.

        Calls for the same record wait for each other.

        Raises:
            ForeignKeyViolation: There is no record with one of the keys.
            InvalidValue: A key is not of the type of its column.
        """
        pivot = self._pivot()
        wanted = pivot.wanted(_bare(keys))

        def invert(known: Mapping[object, object]) -> Synced:
            attached = [key for key in wanted if key not in known]
            return Synced(attached, [key for key in wanted if key in known], [])

        return await self._change(pivot, wanted, invert)

    def _pivot(self) -> Pivot:
        return Pivot.of(self.record, self.relation, self.session.get_bind().dialect)

    @property
    def _hides(self) -> bool:
        """Whether `query()` can leave out a related record."""
        mapper = self.relation.property.mapper
        return self.clauses is not NO_CLAUSES or bool(scope_functions(mapper))

    async def _known(
        self, pivot: Pivot, *conditions: ColumnElement[bool]
    ) -> dict[object, dict[str, object]]:
        rows = await self.session.execute(select(pivot.table).where(pivot.is_own, *conditions))
        return dict(pivot.known(row) for row in rows.mappings())

    async def _change(
        self,
        pivot: Pivot,
        wanted: Mapping[object, Mapping[str, object]],
        decide: Callable[[Mapping[object, Mapping[str, object]]], Synced],
    ) -> Synced:
        async with self._writing(pivot):
            await self._lock()
            change = decide(await self._known(pivot))
            for changed, rows in pivot.update(change.updated, wanted):
                await self.session.execute(changed, rows)
            if change.detached:
                gone = pivot.is_one_of(change.detached)
                await self.session.execute(pivot.table.delete().where(gone))
            for statement, rows in pivot.insert_missing(change.attached, wanted):
                await self.session.execute(statement, rows)
        return change

    async def _lock(self) -> None:
        """Lock the record, so that other `sync` and `toggle` calls wait until the commit."""
        if await is_only_writer(self.session):
            return
        mapper = inspect(self.record).mapper
        key = zip(mapper.primary_key, mapper.primary_key_from_instance(self.record), strict=True)
        own = select(literal(1)).where(*(column == value for column, value in key))
        # FOR NO KEY UPDATE: other transactions can still insert rows that refer to the record.
        await self.session.execute(own.with_for_update(key_share=True))

    async def _write(self, pivot: Pivot, statement: Executable) -> int:
        async with self._writing(pivot):
            result = await self.session.execute(statement)
        return result.rowcount if isinstance(result, CursorResult) else 0

    @asynccontextmanager
    async def _writing(self, pivot: Pivot) -> AsyncIterator[None]:
        """Write association-table rows, and load the relationship again if it is loaded."""
        async with writing(self.session, pivot.table.metadata):
            take(self.session.sync_session, self.record)
            yield
        await self._load_again()

    async def _load_again(self) -> None:
        if self.relation.key not in inspect(self.record).unloaded:
            query = QueryBuilder(self.session, self.relation.property.mapper.class_, self.clauses)
            await load(query, [self.record], self.relation, again=True)


def _bare(keys: Iterable[object]) -> Iterable[tuple[object, Mapping[str, object]]]:
    return ((key, {}) for key in keys)


def _differ(wanted: Mapping[str, object], known: Mapping[str, object]) -> bool:
    return any(known[name] != value for name, value in wanted.items())
