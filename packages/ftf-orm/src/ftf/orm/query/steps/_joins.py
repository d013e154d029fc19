"""The steps that join, group, and select distinct values."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

from ..statement._base import Query
from ..statement._expressions import Column, Condition, tables_of
from ..statement._join import Join
from ..statement.loads._relation_path import check_relation


@dataclass(frozen=True, slots=True)
class Joining[T: DeclarativeBase](Query[T]):
    """The steps that join, group, and select distinct values."""

    def join(self, *relations: QueryableAttribute[object]) -> Self:
        """Keep records with related ones, whose columns conditions and groups can use then.

        A record is returned and counted once, however many related ones it has; `pluck` of a
        related column returns a value for each.

        Args:
            relations: Relationships of the model or of one joined before; one to the model's own
                table needs an alias: `Category.parent.of_type(alias)`.

        Raises:
            AttributeError: A column is not a relationship.
            TypeError: A name is not a relationship.
            ValueError: A relationship starts at a model that is not joined, or leads to a table
                that is joined already.
        """
        return self._along(relations, outer=False)

    def left_join(self, *relations: QueryableAttribute[object]) -> Self:
        """Join related records for conditions and groups, and keep records that have none.

        Raises:
            AttributeError: A column is not a relationship.
            TypeError: A name is not a relationship.
            ValueError: A relationship starts at a model that is not joined, or leads to a table
                that is joined already.
        """
        return self._along(relations, outer=True)

    def group_by(self, *columns: Column) -> Self:
        """Make one row of all that have the same values.

        Group by the primary key for `get`; by other columns for `pluck` and `count`.
        """
        for column in columns:
            self._refuse_foreign(column)
        return self._with(self.clauses._replace(groups=(*self.clauses.groups, *columns)))

    def having(self, *conditions: Condition) -> Self:
        """Keep groups that meet every condition."""
        having = (*self.clauses.having, *self._checked(conditions))
        return self._with(self.clauses._replace(having=having))

    def distinct(self) -> Self:
        """Return each value once; records are returned once anyway."""
        return self._with(self.clauses._replace(distinct=True))

    def _along(self, relations: tuple[QueryableAttribute[object], ...], *, outer: bool) -> Self:
        query = self
        for relation in relations:
            query = query._follow(relation, outer=outer)
        return query

    def _follow(self, relation: QueryableAttribute[object], *, outer: bool) -> Self:
        check_relation(getattr(relation, "parent", self._mapper).mapper, relation)
        joins = self.clauses.joins
        known = {*self._mapper.tables, *(source for join in joins for source in join.sources)}
        join = Join.along(relation, joins, outer=outer)
        if not known.issuperset(tables_of(relation.parent)):
            raise ValueError(f"{relation} starts at a model that is not queried: join that first")
        if known.intersection(join.sources):
            raise ValueError(
                f"{relation} leads to a table that is queried already: alias it, as in "
                f"join({relation}.of_type(aliased({relation.property.entity.class_.__name__})))"
            )
        return self._with(self.clauses._replace(joins=(*joins, join)))
