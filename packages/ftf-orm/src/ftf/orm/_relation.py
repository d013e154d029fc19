"""The records on the other side of one record's relationship."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import CursorResult, Executable, inspect, literal, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, with_parent

from ._loading import load
from ._pivot import Pivot
from ._reading import read
from ._rollback import note
from ._writing import writing
from .query import QueryBuilder, RelationTo

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
    """

    session: AsyncSession
    record: DeclarativeBase
    relation: RelationTo[R]

    def query(self) -> QueryBuilder[R]:
        """Start a query for the related records."""
        prop = self.relation.property
        query = QueryBuilder[R](self.session, prop.mapper.class_)
        belongs = with_parent(self.record, self.relation)
        if prop.secondary is None:
            return query.where(belongs)
        between = select(literal(1)).where(belongs).correlate(*prop.mapper.tables)
        return query.where(between.exists())

    async def pivots(self) -> dict[object, dict[str, object]]:
        """Read the values of the further columns, by the keys of the related records."""
        pivot = Pivot.of(self.record, self.relation)
        rows = await read(
            self.session, lambda: self.session.execute(select(pivot.table).where(pivot.is_mine))
        )
        return {row[pivot.theirs.name]: pivot.further(row) for row in rows.mappings()}

    async def attach(self, *keys: object, **values: object) -> None:
        """Relate others too.

        Args:
            keys: Their primary keys.
            values: Values for further columns.

        Raises:
            AttributeError: There is no such column.
            DuplicateRecord: One of them is related already, and the database forbids it twice.
            ForeignKeyViolation: One of them is missing.
            TypeError: A key is of another type than those of the others.
            ValueError: A value is for a column that tells what is related.
        """
        pivot = Pivot.of(self.record, self.relation)
        wanted = pivot.wanted((key, values) for key in keys)
        if rows := [pivot.row(key, values) for key in wanted]:
            await self._write(pivot, (pivot.table.insert(),), rows)

    async def detach(self, *keys: object) -> int:
        """Relate some of the others no longer, or none at all, and count them."""
        pivot = Pivot.of(self.record, self.relation)
        condition = pivot.is_one_of(keys) if keys else pivot.is_mine
        return await self._write(pivot, (pivot.table.delete().where(condition),))

    async def update_pivot(self, key: object, **values: object) -> bool:
        """Change values of the further columns, and tell whether the two are related.

        Raises:
            AttributeError: There is no such column.
            TypeError: The key is of another type than those of the others.
            ValueError: There are no values, or one is for a column that tells what is related.
        """
        pivot = Pivot.of(self.record, self.relation)
        pivot.wanted([(key, values)])
        if not values:
            raise ValueError(f"nothing is to change: give a value for a column of {pivot.table}")
        changed = pivot.table.update().where(pivot.is_one_of([key])).values(values)
        return bool(await self._write(pivot, (changed,)))

    async def sync(self, keys: Iterable[object] | Values, *, detaching: bool = True) -> Synced:
        """Relate these and no others; what is as it should be is not written.

        Args:
            keys: Their primary keys, or values for further columns by primary key.
            detaching: Whether others are related no longer.

        Raises:
            AttributeError: There is no such column.
            ForeignKeyViolation: One of them is missing.
            TypeError: A key is of another type than those of the others, or its values are no
                mapping.
            ValueError: A value is for a column that tells what is related.
        """
        pivot = Pivot.of(self.record, self.relation)
        wanted = pivot.wanted(keys.items() if isinstance(keys, Mapping) else _bare(keys))
        known = await self.pivots()
        both = [key for key in wanted if key in known]
        change = Synced(
            attached=[key for key in wanted if key not in known],
            detached=[key for key in known if key not in wanted and detaching],
            updated=[key for key in both if _differ(wanted[key], known[key])],
        )
        return await self._change(pivot, wanted, change)

    async def toggle(self, keys: Iterable[object]) -> Synced:
        """Relate those that are not related, and no longer those that are.

        Raises:
            ForeignKeyViolation: One of them is missing.
            TypeError: A key is of another type than those of the others.
        """
        pivot = Pivot.of(self.record, self.relation)
        wanted = pivot.wanted(_bare(keys))
        known = await self.pivots()
        attached = [key for key in wanted if key not in known]
        detached = [key for key in wanted if key in known]
        return await self._change(pivot, wanted, Synced(attached, detached, []))

    async def _change(
        self, pivot: Pivot, wanted: Mapping[object, Mapping[str, object]], change: Synced
    ) -> Synced:
        dialect = self.session.get_bind().dialect.name
        rows = [pivot.row(key, wanted[key]) for key in change.attached]
        statements: list[Executable] = [
            pivot.table.update().where(pivot.is_one_of([key])).values(pivot.row(key, wanted[key]))
            for key in change.updated
        ]
        if change.detached:
            statements.append(pivot.table.delete().where(pivot.is_one_of(change.detached)))
        # One at a time: rows may have values for different columns.
        statements += (pivot.insert_new(row, dialect) for row in rows)
        if statements:
            await self._write(pivot, statements)
        return change

    async def _write(
        self,
        pivot: Pivot,
        statements: Iterable[Executable],
        rows: Sequence[Mapping[str, object]] | None = None,
    ) -> int:
        count = 0
        async with writing(self.session, pivot.table.metadata):
            note(self.session.sync_session, self.record)
            for statement in statements:
                result = await self.session.execute(statement, rows)
                count += result.rowcount if isinstance(result, CursorResult) else 0
        if self.relation.key not in inspect(self.record).unloaded:
            await load(self.session, [self.record], self.relation, again=True)
        return count


def _bare(keys: Iterable[object]) -> Iterable[tuple[object, Mapping[str, object]]]:
    return ((key, {}) for key in keys)


def _differ(wanted: Mapping[str, object], known: Mapping[str, object]) -> bool:
    return any(known[name] != value for name, value in wanted.items())
