"""The terminal that returns some related records of each of several records."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Label, Select, and_, func, inspect, select
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, aliased

from ..statement._expressions import is_among, key_of
from ..statement._membership import is_one_of
from ..statement._numbers import at_least
from ..steps._related_records import Narrow, RelationOrPart, Relations


@dataclass(frozen=True, slots=True)
class SomeRelated[T: DeclarativeBase](Relations[T]):
    """The terminal that returns some related records of each of several records."""

    async def related[R: DeclarativeBase](
        self,
        records: Sequence[T],
        relation: RelationOrPart[R],
        *,
        limit: int,
        narrow: Narrow[R] | None = None,
    ) -> list[list[R]]:
        """Return the first related records of each record, in one SELECT for all of them.

        They come in the order of the relationship, then of their primary key. They are not set on
        the records, whose collection stays as it is: no flush takes the others for removed.

        Args:
            records: Records of the model that are stored, in this session.
            relation: A relationship of the model, or a part of it.
            limit: How many related records of each record are returned.
            narrow: Takes a query for the related records, and returns it with conditions and eager
                loads.

        Returns:
            A list of related records for each record, in the order of the records.

        Raises:
            AttributeError: The model has no such relationship.
            InvalidArgument: The limit is below 1.
            ValueError: `narrow` sets a limit or an offset.
        """
        query = self._narrowed(relation, narrow)
        at_least(1, limit, "limit")
        if not records:
            return []
        ranked = self._ranked(records, relation, query._keys()).subquery()  # noqa: SLF001  # of this class
        keys = [inspect(record).identity or () for record in records]
        width = len(keys[0])
        (*columns, place) = ranked.c
        owner, related = columns[:width], columns[width:]
        own = query._mapper.primary_key  # noqa: SLF001  # of this class
        same = and_(*(mine == other for mine, other in zip(own, related, strict=True)))
        statement = query.reorder().statement().join(ranked, same)
        statement = statement.where(place <= limit).order_by(place)
        found: dict[object, dict[int, R]] = {}
        for record, of in zip(*await query._records(statement, owner), strict=True):  # noqa: SLF001  # of this class
            found.setdefault(of, {})[id(record)] = record
        return [[*found.get(identity, {}).values()] for identity in keys]

    def _ranked(
        self, records: Sequence[T], relation: QueryableAttribute[Any], found: "Select[Any]"
    ) -> "Select[Any]":
        """Return a SELECT of the keys of records and of their related ones, each with its place."""
        owner = inspect(aliased(relation.parent.mapper.class_))
        own = getattr(owner.entity, relation.key)
        # SQLAlchemy has no public name for what and_() added.
        own = own.and_(*relation._extra_criteria) if relation._extra_criteria else own  # noqa: SLF001
        related = inspect(relation.property.entity)
        keys, others = key_of(owner), key_of(related)
        order = (*(relation.property.order_by or ()), *others)
        place = func.row_number().over(partition_by=keys, order_by=order)
        rows = [inspect(record).identity or () for record in records]
        columns: list[Label[Any]] = [column.label(None) for column in (*keys, *others, place)]
        joined = select(*columns).select_from(owner.entity).join(own)
        return joined.where(is_one_of(keys, rows, self._dialect), is_among(others, found))
