"""The steps about related records: `where_has`, `with_count` and their like."""

from abc import abstractmethod
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

from sqlalchemy import ColumnElement, Label, SQLColumnExpression, func, not_
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ..statement._base import Query, applied
from ..statement._expressions import Column
from ..statement._numbers import whole
from ..statement._sql_functions import average, refuse_average, refuse_total, total
from ..statement._subquery import Related
from ..statement.loads._relation_path import check_relation

if TYPE_CHECKING:
    from .._builder import QueryBuilder

type Comparison = Literal[">=", ">", "=", "==", "!=", "<", "<="]
type RelationTo[R] = QueryableAttribute[Collection[R] | R | None]
# SQLAlchemy types `User.posts.and_(...)` as a bool.
type RelationOrPart[R] = RelationTo[R] | QueryableAttribute[bool]
type Narrow[R: DeclarativeBase] = Callable[["QueryBuilder[R]"], "QueryBuilder[R]"]

_COMPARISONS = {
    ">=": ColumnElement.__ge__,
    ">": ColumnElement.__gt__,
    "=": ColumnElement.__eq__,
    "==": ColumnElement.__eq__,
    "!=": ColumnElement.__ne__,
    "<": ColumnElement.__lt__,
    "<=": ColumnElement.__le__,
}


@dataclass(frozen=True, slots=True)
class Relations[T: DeclarativeBase](Query[T]):
    """The steps about related records, each with a subquery: none of them multiplies rows.

    In all of them, `narrow` takes a query for the related records and returns it with conditions; a
    relationship of another model is an `AttributeError`.
    """

    def where_has[R: DeclarativeBase](
        self, relation: RelationOrPart[R], narrow: Narrow[R] | None = None
    ) -> Self:
        """Keep records that have a related one: `where_has(User.posts, lambda q: q.where(...))`."""
        return self._keep(self._related(relation, narrow).exists())

    def where_doesnt_have[R: DeclarativeBase](
        self, relation: RelationOrPart[R], narrow: Narrow[R] | None = None
    ) -> Self:
        """Keep records that have no related one."""
        return self._keep(not_(self._related(relation, narrow).exists()))

    def has[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        comparison: Comparison = ">=",
        number: int = 1,
        narrow: Narrow[R] | None = None,
    ) -> Self:
        """Keep records by their number of related ones: `has(User.posts, ">=", 3)`.

        Raises:
            TypeError: The number is not an integer.
            ValueError: The comparison is not one of >=, >, =, ==, !=, <, <=.
        """
        if comparison not in _COMPARISONS:
            raise ValueError(
                f"{comparison!r} is not a comparison: use one of {' '.join(_COMPARISONS)}"
            )
        whole(number, "number")
        related = self._related(relation, narrow)
        if (comparison, number) in {(">=", 1), (">", 0)}:
            return self._keep(related.exists())
        if (comparison, number) in {("<", 1), ("<=", 0), ("=", 0), ("==", 0)}:
            return self._keep(not_(related.exists()))
        return self._keep(_COMPARISONS[comparison](related.count(), number))

    def with_count[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        narrow: Narrow[R] | None = None,
        *,
        alias: str | None = None,
    ) -> Self:
        """Set `posts_count`, or another name, on each record; 0 without related ones."""
        counted = self._related(relation, narrow).count()
        return self._compute(counted, alias or f"{relation.key}_count")

    def with_exists[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        narrow: Narrow[R] | None = None,
        *,
        alias: str | None = None,
    ) -> Self:
        """Set `posts_exists`, or another name, on each record."""
        found = self._related(relation, narrow).exists()
        return self._compute(found, alias or f"{relation.key}_exists")

    def with_sum[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        column: SQLColumnExpression[object],
        narrow: Narrow[R] | None = None,
        *,
        alias: str | None = None,
    ) -> Self:
        """Set `posts_sum_views`, or another name, on each record; None without related ones.

        Raises:
            TypeError: The column is not one of numbers.
        """
        refuse_total(column, self._dialect)
        related = self._related(relation, narrow)
        return self._with_aggregate(related, "sum", total, column, alias)

    def with_min[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        column: SQLColumnExpression[object],
        narrow: Narrow[R] | None = None,
        *,
        alias: str | None = None,
    ) -> Self:
        """Set `posts_min_views`, or another name, on each record; None without related ones."""
        related = self._related(relation, narrow)
        return self._with_aggregate(related, "min", func.min, column, alias)

    def with_max[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        column: SQLColumnExpression[object],
        narrow: Narrow[R] | None = None,
        *,
        alias: str | None = None,
    ) -> Self:
        """Set `posts_max_views`, or another name, on each record; None without related ones."""
        related = self._related(relation, narrow)
        return self._with_aggregate(related, "max", func.max, column, alias)

    def with_avg[R: DeclarativeBase](
        self,
        relation: RelationOrPart[R],
        column: SQLColumnExpression[object],
        narrow: Narrow[R] | None = None,
        *,
        alias: str | None = None,
    ) -> Self:
        """Set `posts_avg_views`, or another name, on each record; None without related ones.

        Raises:
            TypeError: The column is not one of numbers.
        """
        refuse_average(column, self._dialect)
        related = self._related(relation, narrow)
        return self._with_aggregate(related, "avg", average, column, alias)

    @abstractmethod
    def _query_for[R: DeclarativeBase](self, model: type[R]) -> "QueryBuilder[R]":
        """Start a query for another model in the same session."""

    def _with_aggregate[R: DeclarativeBase, V](
        self,
        related: Related[R],
        verb: str,
        aggregate: Callable[[Column], ColumnElement[V]],
        column: Column,
        alias: str | None,
    ) -> Self:
        value = related.aggregate(column, aggregate)
        return self._compute(value, alias or _name(related.relation, verb, column))

    def _keep(self, condition: ColumnElement[bool]) -> Self:
        return self._with(self.clauses.and_(condition))

    def _compute[V](self, value: ColumnElement[V], name: str) -> Self:
        models = [mapper.class_ for mapper in self._mapper.self_and_descendants]
        known = {label.name for label in self.clauses.computed}
        if name in known or any(hasattr(model, name) for model in models):
            raise ValueError(f"{self.model.__name__} has a {name} already: pass another alias")
        if name.startswith("_sa_"):
            raise ValueError(f"{name} is a name that SQLAlchemy uses: pass another alias")
        computed: tuple[Label[Any], ...] = (*self.clauses.computed, value.label(name))
        return self._with(self.clauses._replace(computed=computed))

    def _related[R: DeclarativeBase](
        self, relation: RelationOrPart[R], narrow: Narrow[R] | None
    ) -> "Related[R]":
        return Related(relation, self._narrowed(relation, narrow))

    def _narrowed[R: DeclarativeBase](
        self, relation: RelationOrPart[R], narrow: Narrow[R] | None
    ) -> "QueryBuilder[R]":
        """Return the query for related records, without limit and offset."""
        check_relation(self._mapper, relation)
        query = self._query_for(relation.property.mapper.class_)
        query = query if narrow is None else applied(narrow, query)
        if query.clauses.limit is not None or query.clauses.offset:
            raise ValueError(f"{relation} is narrowed as a whole: leave limit and offset out")
        return query


def _name(
    relation: QueryableAttribute[object], verb: str, column: SQLColumnExpression[object]
) -> str:
    if not isinstance(column, QueryableAttribute):
        raise ValueError(f"{column} has no name, so its {verb} needs one: pass an alias")  # noqa: TRY004  # a missing one
    return f"{relation.key}_{verb}_{column.key}"
