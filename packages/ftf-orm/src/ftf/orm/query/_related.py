"""Subqueries for the records on the other side of a relationship."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Exists,
    ScalarSelect,
    Select,
    SQLColumnExpression,
    func,
    inspect,
    literal,
    select,
)
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute, aliased
from sqlalchemy.sql.util import ClauseAdapter
from sqlalchemy.sql.visitors import ExternallyTraversible

from ._expressions import element, sources
from ._query import Query


@dataclass(frozen=True, slots=True)
class Related[R: DeclarativeBase]:
    """The records that belong to the one of the query around, as a subquery.

    Args:
        relation: The relationship.
        query: What they have to meet.
    """

    relation: QueryableAttribute[Any]
    query: Query[R]

    def exists(self) -> Exists:
        """Tell whether there is any."""
        return self._select(literal(1)).exists()

    def count(self) -> ScalarSelect[int]:
        """Count them."""
        return self._select(func.count()).scalar_subquery()

    def aggregate[V, W](
        self,
        column: SQLColumnExpression[V],
        work_out: Callable[[SQLColumnExpression[V]], ColumnElement[W]],
    ) -> ScalarSelect[W]:
        """Work out a value over a column of all of them."""
        self.query._refuse_foreign(column)  # noqa: SLF001  # a query like any other
        return self._select(work_out(column)).scalar_subquery()

    def _select[V](self, value: ColumnElement[V]) -> "Select[V]":
        mapper = inspect(self.query.model)
        conditions = self.query.clauses.about_model(mapper)
        around = set(self.relation.parent.mapper.tables)
        if around.isdisjoint(mapper.tables):
            found = select(value).select_from(mapper).where(self.relation, *conditions)
            # A table between, too: further out, the same relationship has one of the same name.
            own = {*mapper.tables, *sources(self.relation)} - around
            return found.correlate_except(*own)
        # Where a table refers to itself, its name stands for the record around. The related one
        # has a name of its own, in the conditions too.
        other: Any = aliased(self.query.model)
        table = inspect(other).selectable
        adapter = _Adapter(table)
        found = select(adapter.traverse(value)).select_from(other)
        found = found.where(self.relation.of_type(other))
        found = found.where(*(adapter.traverse(element(condition)) for condition in conditions))
        return found.correlate_except(table)


class _Adapter(ClauseAdapter):
    """Puts another name for a table into conditions, but not where it is joined anew."""

    def replace[E: ExternallyTraversible](
        self,
        col: E,
        _include_singleton_constants: bool = False,  # noqa: FBT001, FBT002  # as overridden
    ) -> E | None:
        if isinstance(col, Select) and self._is_joined(col):
            return col
        return super().replace(col, _include_singleton_constants)

    def _is_joined(self, selected: Select[Any]) -> bool:
        return any(
            self.selectable.is_derived_from(source)
            for target, *_ in selected._setup_joins  # noqa: SLF001  # has no public name
            for source in sources(target)
        )
