"""The records on the other side of one record's relationship."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CursorResult, Executable, inspect, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase

from ..engine._sqlite import begin_immediate
from ..query import NO_CLAUSES, Clauses, QueryBuilder, RelationTo, belongs_to
from ..transactions._operation import read, writing
from ..transactions._rollback import note
from ._association import Pivot
from ._loading import load

type Values = Mapping[object, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class Synced:
    """What has changed.

    Args:
        attached: The keys that are new.
        detached: The keys that are gone.
        updated: The keys whose further values have changed.
    """

    attached: list[object]
    detached: list[object]
    updated: list[object]


@dataclass(frozen=True, slots=True)
class Relation[R: DeclarativeBase]:
    """The records on the other side of one record's relationship; made by a repository.

    What follows `query` is for many-to-many relationships: others are related by their primary
    keys, with values for further columns of the table between. If the relationship is loaded on
    the record, it is loaded again after a change.

    Args:
        session: The session to work in.
        record: The record on this side.
        relation: The relationship.
        clauses: What the records on the other side have to meet besides.
    """

    session: AsyncSession
    record: DeclarativeBase
    relation: RelationTo[R]
    clauses: Clauses = NO_CLAUSES

    def query(self) -> QueryBuilder[R]:
        """Start a query for the related records; no `or_where` finds others."""
        belongs = belongs_to(self.record, self.relation)
        model = self.relation.property.mapper.class_
        return QueryBuilder(self.session, model, self.clauses.within(belongs))

    async def pivots(self) -> dict[object, dict[str, object]]:
        """Read the values of the further columns, by the keys of the related records."""
        pivot = self._pivot()
        return await read(self.session, lambda: self._known(pivot))

    async def attach(self, *keys: object, **values: object) -> None:
        """Relate others too.

        Args:
            keys: Their primary keys.
            values: Values for further columns.

        Raises:
            AttributeError: There is no such column.
            DuplicateRecord: One of them is related already, and the database forbids it twice.
            ForeignKeyViolation: One of them is missing.
            InvalidValue: A key is of another type than those of the others.
            ValueError: A value is for a column that tells what is related.
        """
        pivot = self._pivot()
        wanted = pivot.wanted((key, values) for key in keys)
        if rows := [pivot.row(key, values) for key in wanted]:
            await self._write(pivot, pivot.table.insert(), rows)

    async def detach(self, *keys: object) -> int:
        """Relate some of the others no longer, and count them; of no keys, that is none.

        Args:
            keys: Their primary keys.

        Raises:
            TypeError: A key is of another type than those of the others.
        """
        pivot = self._pivot()
        if not keys:
            return 0
        return await self._write(pivot, pivot.table.delete().where(pivot.is_one_of(keys)))

    async def detach_all(self) -> int:
        """Relate none of the others any longer, and count them."""
        pivot = self._pivot()
        return await self._write(pivot, pivot.table.delete().where(pivot.is_mine))

    async def update_pivot(self, key: object, **values: object) -> bool:
        """Change values of the further columns, and tell whether the two are related.

        Raises:
            AttributeError: There is no such column.
            InvalidValue: The key is of another type than those of the others.
            ValueError: There are no values, or one is for a column that tells what is related.
        """
        pivot = self._pivot()
        pivot.wanted([(key, values)])
        if not values:
            raise ValueError(f"nothing is to change: give a value for a column of {pivot.table}")
        changed = pivot.table.update().where(pivot.is_one_of([key])).values(values)
        return bool(await self._write(pivot, changed))

    async def sync(self, keys: Iterable[object] | Values, *, detaching: bool = True) -> Synced:
        """Relate these and no others; what is as it should be is not written.

        Calls for the same record wait for each other.

        Args:
            keys: Their primary keys, or values for further columns by primary key.
            detaching: Whether others are related no longer.

        Raises:
            AttributeError: There is no such column.
            ForeignKeyViolation: One of them is missing.
            InvalidValue: A key is of another type than those of the others.
            TypeError: The values of a key are no mapping.
            ValueError: A value is for a column that tells what is related.
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
        """Relate those that are not related, and no longer those that are.

        Calls for the same record wait for each other.

        Raises:
            ForeignKeyViolation: One of them is missing.
            InvalidValue: A key is of another type than those of the others.
        """
        pivot = self._pivot()
        wanted = pivot.wanted(_bare(keys))

        def turn_over(known: Mapping[object, object]) -> Synced:
            attached = [key for key in wanted if key not in known]
            return Synced(attached, [key for key in wanted if key in known], [])

        return await self._change(pivot, wanted, turn_over)

    def _pivot(self) -> Pivot:
        return Pivot.of(self.record, self.relation, self.session.get_bind().dialect)

    async def _known(self, pivot: Pivot) -> dict[object, dict[str, object]]:
        rows = await self.session.execute(select(pivot.table).where(pivot.is_mine))
        return dict(pivot.known(row) for row in rows.mappings())

    async def _change(
        self,
        pivot: Pivot,
        wanted: Mapping[object, Mapping[str, object]],
        decide: Callable[[Mapping[object, Mapping[str, object]]], Synced],
    ) -> Synced:
        async with writing(self.session, pivot.table.metadata):
            note(self.session.sync_session, self.record)
            await self._lock()
            change = decide(await self._known(pivot))
            for key in change.updated:
                changed = pivot.table.update().where(pivot.is_one_of([key]))
                await self.session.execute(changed.values(pivot.row(key, wanted[key])))
            if change.detached:
                gone = pivot.is_one_of(change.detached)
                await self.session.execute(pivot.table.delete().where(gone))
            for statement, rows in pivot.insert_missing(change.attached, wanted):
                await self.session.execute(statement, rows)
        await self._load_again()
        return change

    async def _lock(self) -> None:
        """Wait for other changes of the record's relations, and keep them out until the commit."""
        connection = await self.session.connection()
        if connection.dialect.name == "sqlite":
            await connection.run_sync(begin_immediate)
            return
        mapper = inspect(self.record).mapper
        key = zip(mapper.primary_key, mapper.primary_key_from_instance(self.record), strict=True)
        own = select(literal(1)).where(*(column == value for column, value in key))
        # NO KEY: rows that refer to the record can be inserted meanwhile.
        await self.session.execute(own.with_for_update(key_share=True))

    async def _write(
        self,
        pivot: Pivot,
        statement: Executable,
        rows: Sequence[Mapping[str, object]] | None = None,
    ) -> int:
        async with writing(self.session, pivot.table.metadata):
            note(self.session.sync_session, self.record)
            result = await self.session.execute(statement, rows)
        await self._load_again()
        return result.rowcount if isinstance(result, CursorResult) else 0

    async def _load_again(self) -> None:
        if self.relation.key not in inspect(self.record).unloaded:
            await load(self.session, [self.record], self.relation, again=True)


def _bare(keys: Iterable[object]) -> Iterable[tuple[object, Mapping[str, object]]]:
    return ((key, {}) for key in keys)


def _differ(wanted: Mapping[str, object], known: Mapping[str, object]) -> bool:
    return any(known[name] != value for name, value in wanted.items())
