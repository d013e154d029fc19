"""The steps with other queries in them, or written in SQL."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, bindparam, or_, text
from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query
from ..statement._clauses import Clauses
from ..statement._expressions import is_among, key_of


@dataclass(frozen=True, slots=True)
class Subqueries[T: DeclarativeBase](Query[T]):
    """The steps with other queries in them, or written in SQL."""

    def union(self, *others: Query[T]) -> Self:
        """Keep the records that this query or another one returns, each once.

        Conditions, scopes, order, limit and offset of each query decide what it returns, and end
        there: the result is sorted and limited by the steps that follow, and no `or_where` widens
        it. Its eager loads, columns and computed values are those of this query.

        Raises:
            TypeError: Another query is for other records.
        """
        for other in others:
            if other.model is not self.model:
                name = self.model.__name__
                raise TypeError(f"union() is of queries for {name}, not for {other.model.__name__}")
        queries: list[Query[T]] = [self, *others]
        keys, clauses = self._mapper.primary_key, self.clauses
        found = or_(*(is_among(keys, query._keys()) for query in queries))  # noqa: SLF001  # of this package
        kept = Clauses(
            scopes=(found,),
            lifted=clauses.lifted,
            loads=clauses.loads,
            pivots=clauses.pivots,
            computed=clauses.computed,
            columns=clauses.columns,
            fresh=clauses.fresh,
            lock=clauses.lock,
            timeout=clauses.timeout,
        )
        return self._with(kept)

    def subquery[V](self, column: SQLColumnExpression[V]) -> "Select[V]":
        """Return a SELECT of a column's values, for a condition of another query.

        `users.where_in(User.id, posts.subquery(Post.author_id))` compares with all of them,
        `where(Post.views > posts.limit(1).subquery(Post.views).scalar_subquery())` with one.

        Raises:
            ValueError: It is a column of another table.
        """
        return self._plucked(column).correlate(None)

    def finds(self) -> ColumnElement[bool]:
        """Return the condition that a record is one that this query finds.

        For a part of a relationship, `Post.comments.and_(visible.finds())`, and for related
        records, `where_has(Post.comments, lambda query: query.where(visible.finds()))`.

        Raises:
            ValueError: It sorts records by a column that a join multiplies.
        """
        return is_among(key_of(self._mapper), self._keys())

    def where_raw(self, sql: str, **values: object) -> Self:
        """Keep records that meet a condition in the SQL of the database.

        Args:
            sql: The condition, with a name and a colon for each value: `"age % :n = 0"`. Never put
                what a client sends into it; a colon itself is escaped with a backslash.
            values: The values, by name.

        Raises:
            ValueError: A name has no value, or a value no name.
        """
        # In parentheses, and a comment may end it: OR would bind less than what follows.
        condition = text(f"({sql}\n)")
        names = condition.compile().params.keys()
        if names != values.keys():
            raise ValueError(
                f"{sql!r} has the names {sorted(names)}, but values have {sorted(values)}"
            )
        bound = condition.bindparams(*(bindparam(name, value) for name, value in values.items()))
        return self._with(self.clauses.and_(bound))
