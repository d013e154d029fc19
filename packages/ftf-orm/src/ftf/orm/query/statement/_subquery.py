"""Subqueries for related records: EXISTS, COUNT and aggregates."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    FromClause,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    and_,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute, aliased, with_parent

from ._base import Query
from ._expressions import Condition, element, is_among, key_of, sources, tables_of
from ._select import about_model, matching_keys, with_rows
from ._uniqueness import are_unique

_ONE = literal(1)


@dataclass(frozen=True, slots=True)
class Related[R: DeclarativeBase]:
    """The related records of the outer query's record, as a subquery.

    Args:
        relation: The relationship.
        query: The conditions that they have to meet.
    """

    relation: QueryableAttribute[Any]
    query: Query[R]

    def exists(self) -> Exists:
        """Return the condition that there is one."""
        if self._is_plain:
            return self._directly(_ONE).exists()
        keys, mapper = self._keys(), self._mapper
        if about_model(self.query.clauses, mapper):
            met = matching_keys(self.query.clauses, mapper)
            keys = keys.where(is_among([*keys.selected_columns], met))
        return keys.exists()

    def count(self) -> ScalarSelect[int]:
        """Return their number."""
        return self._over(_ONE, lambda _: func.count())

    def aggregate[V, W](
        self,
        column: SQLColumnExpression[V],
        aggregate: Callable[[SQLColumnExpression[V]], ColumnElement[W]],
    ) -> ScalarSelect[W]:
        """Return an aggregate of one of their columns, or of a joined column.

        Raises:
            ValueError: The column is of a table that is not in the query, or the query has groups.
        """
        self.query._refuse_foreign(column)  # noqa: SLF001  # of this package
        return self._over(column, aggregate)

    def _over[V, W](
        self,
        column: SQLColumnExpression[V],
        aggregate: Callable[[SQLColumnExpression[V]], ColumnElement[W]],
    ) -> ScalarSelect[W]:
        if self._is_plain and self._come_once and self._is_own(column):
            return self._directly(aggregate(column)).scalar_subquery()
        return self._by_key(column, aggregate).scalar_subquery()

    @property
    def _mapper(self) -> Mapper[R]:
        mapper: Mapper[R] = inspect(self.query.model)
        return mapper

    @property
    def _outer_tables(self) -> set[FromClause]:
        return {*self.relation.parent.mapper.tables}

    @property
    def _is_plain(self) -> bool:
        """Whether the subquery can use the model's table without an alias."""
        target = self.relation.property.entity
        return target is self._mapper and self._outer_tables.isdisjoint(target.tables)

    @property
    def _come_once(self) -> bool:
        """Whether two rows of the association table cannot relate the same record."""
        prop = self.relation.property
        pairs = (*prop.synchronize_pairs, *(prop.secondary_synchronize_pairs or ()))
        return prop.secondary is None or are_unique({row for _, row in pairs}, prop.secondary)

    def _is_own(self, column: SQLColumnExpression[Any]) -> bool:
        return {*sources(column)}.issubset(self._mapper.tables)

    def _directly[V](self, value: ColumnElement[V]) -> "Select[V]":
        mapper, belongs = self._mapper, element(self.relation)
        conditions = about_model(self.query.clauses, mapper)
        found = select(value).select_from(mapper).where(belongs, *conditions)
        # The association table too: an outer query of the same relationship has it as well.
        return found.correlate_except(*({*mapper.tables, *sources(belongs)} - self._outer_tables))

    def _by_key[V, W](
        self,
        column: SQLColumnExpression[V],
        aggregate: Callable[[SQLColumnExpression[V]], ColumnElement[W]],
    ) -> "Select[W]":
        """Select from a subquery of the values of all records, those of which the keys are related.

        No name means two things in it, and no record comes twice.
        """
        rows = self._values(column).correlate(None).subquery()
        *key, value = rows.c
        return select(aggregate(value)).select_from(rows).where(is_among(key, self._keys()))

    def _values[V](self, column: SQLColumnExpression[V]) -> "Select[*tuple[Any, ...]]":
        clauses, mapper = self.query.clauses, self._mapper
        values = select(*mapper.primary_key, element(column).label("value")).select_from(mapper)
        if self._is_own(column):
            return values.where(*about_model(clauses, mapper))
        if clauses.groups:
            raise ValueError(f"{column} has a value for each group: leave group_by() out")
        return with_rows(clauses, values)

    def _keys(self) -> "Select[*tuple[Any, ...]]":
        """Return a SELECT of the keys of the records that belong to the outer record."""
        target = self.relation.property.entity
        if target is self._mapper:
            other: Any = aliased(self.query.model)
            belongs = element(self.relation.of_type(other))
        else:
            other, belongs = target.entity, element(self.relation)
        found = inspect(other)
        own = {*tables_of(found), *sources(belongs)} - self._outer_tables
        return select(*key_of(found)).where(belongs).correlate_except(*own)


def belongs_to(record: DeclarativeBase, relation: QueryableAttribute[Any]) -> Condition:
    """Return the condition for the related records of one record."""
    prop = relation.property
    belongs = and_(with_parent(record, relation), *relation._extra_criteria)  # noqa: SLF001  # what and_() added
    if prop.secondary is None and prop.entity is prop.mapper:
        return belongs
    keys = select(*key_of(prop.entity)).where(belongs).correlate(None)
    return is_among(prop.mapper.primary_key, keys)
