"""The steps that add conditions."""

import operator
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Self

from sqlalchemy import SelectBase, SQLColumnExpression, false, not_, or_
from sqlalchemy.orm import DeclarativeBase

from ...exceptions import InvalidArgument
from ..statement._base import Query, applied
from ..statement._expressions import Column, Condition, refuse_relationship
from ..statement._key_types import possible_keys
from ..statement._membership import Columns, Rows, is_one_of


@dataclass(frozen=True, slots=True)
class Conditions[T: DeclarativeBase](Query[T]):
    """The steps that add conditions."""

    def where(self, *conditions: Condition) -> Self:
        """Keep records that meet every condition, and those of the query so far.

        Raises:
            TypeError: A condition is a Python value, as in `User.age is None`.
            ValueError: A condition uses another table.
        """
        return self._with(self.clauses.and_(*self._checked(conditions)))

    def or_where(self, *conditions: Condition) -> Self:
        """Keep records that meet all conditions of the query so far, or any of these."""
        return self._with(self.clauses.or_(*self._checked(conditions)))

    def where_any(self, *conditions: Condition) -> Self:
        """Keep records that meet at least one of the conditions; without conditions, none."""
        return self.where(or_(false(), *self._checked(conditions)))

    def where_not(self, *conditions: Condition) -> Self:
        """Keep records that meet none of the conditions.

        A comparison with NULL is neither true nor false in SQL, so such records are left out.
        """
        return self.where(*(not_(condition) for condition in self._checked(conditions)))

    def where_group(self, build: Callable[[Self], Self]) -> Self:
        """Keep records that meet the conditions that a function adds, in parentheses.

        Args:
            build: Takes the query without conditions, and returns it with some.
        """
        before = self.clauses.conditions
        built = applied(build, self._with(self.clauses._replace(conditions=()))).clauses
        return self._with(built._replace(conditions=(*before, *built.conditions)))

    def where_in[V, M: DeclarativeBase](
        self,
        column: SQLColumnExpression[V],
        values: Iterable[V | None] | SelectBase | Query[M],
    ) -> Self:
        """Keep records with one of the values; without values, none.

        Args:
            column: The column.
            values: The values, of which None is NULL; or a statement that selects them; or a
                query, for the primary keys of its records.

        Raises:
            TypeError: values is one text.
        """
        self._refuse_foreign(column)
        known = _several(values)
        if isinstance(known, SelectBase):
            return self.where(column.in_(known))
        without_none = [value for value in known if value is not None]
        found = self._is_one_of((column,), [(value,) for value in without_none])
        return self.where(or_(found, column.is_(None)) if None in known else found)

    def where_not_in[V, M: DeclarativeBase](
        self,
        column: SQLColumnExpression[V],
        values: Iterable[V | None] | SelectBase | Query[M],
    ) -> Self:
        """Keep records with a value that is not one of these; see `where_in`.

        Records with NULL are left out, unless values is empty.

        Raises:
            TypeError: values is one text.
        """
        self._refuse_foreign(column)
        known = _several(values)
        if isinstance(known, SelectBase):
            return self.where(column.not_in(known))
        without_none = [value for value in known if value is not None]
        found = self._is_one_of((column,), [(value,) for value in without_none])
        query = self.where(not_(found)) if without_none else self
        return query.where(column.is_not(None)) if None in known else query

    def where_null(self, column: Column) -> Self:
        """Keep records with NULL in a column.

        Raises:
            TypeError: It is a relationship, not a column: use `where_doesnt_have`.
        """
        refuse_relationship(column)
        return self.where(column.is_(None))

    def where_not_null(self, column: Column) -> Self:
        """Keep records with a value in a column.

        Raises:
            TypeError: It is a relationship, not a column: use `where_has`.
        """
        refuse_relationship(column)
        return self.where(column.is_not(None))

    def where_like(self, column: SQLColumnExpression[str | None], pattern: str) -> Self:
        r"""Keep records whose text is like a pattern: % stands for any text, _ for a character.

        A backslash escapes the character after it: `r"100\%"` is "100%". SQLite ignores the case
        of ASCII letters, PostgreSQL does not. For a text that a client sends,
        `where(User.name.contains(text, autoescape=True))`.

        Raises:
            InvalidArgument: The pattern ends in a single backslash.
        """
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            reason = f"pattern {pattern!r} ends in a backslash: double it to find one"
            raise InvalidArgument("pattern", reason)
        return self.where(column.like(pattern, escape="\\"))

    def where_between[V](self, column: SQLColumnExpression[V], low: V, high: V) -> Self:
        """Keep records with a value between two bounds, both included.

        Raises:
            TypeError: A bound is None.
        """
        if low is None or high is None:
            raise TypeError(f"{column} needs two bounds: with one, use where({column} >= ...)")
        return self.where(column.between(low, high))

    def where_key(self, *keys: object) -> Self:
        """Keep records with one of the primary keys; one of many columns is a tuple.

        An impossible key, such as 2**63, finds nothing.

        Raises:
            InvalidValue: A key is not of the type of its column, such as "1" for 1.
            ValueError: A key has the wrong number of columns.
        """
        columns = self._mapper.primary_key
        rows = possible_keys(self._mapper, self.session.get_bind().dialect, keys)
        if len(rows) == 1:  # simpler to execute than IN
            return self._with(self.clauses.and_(*map(operator.eq, columns, rows[0])))
        if len(columns) == 1:
            return self.where_in(columns[0], [row[0] for row in rows])
        return self.where(self._is_one_of(columns, rows))

    def _is_one_of(self, columns: Columns, rows: Rows) -> Condition:
        return is_one_of(columns, rows, self.session.get_bind().dialect)


def _several[V, M: DeclarativeBase](
    values: Iterable[V] | SelectBase | Query[M],
) -> SelectBase | Collection[V]:
    """Return the subquery, or each of the values once."""
    if isinstance(values, Query):
        return values._keys()  # noqa: SLF001  # of this package
    if isinstance(values, SelectBase):
        return values
    if isinstance(values, str | bytes):
        raise TypeError(f"values must be several values, not one text: write [{values!r}]")
    return _once(values)


def _once[V](values: Iterable[V]) -> Collection[V]:
    found = [*values]
    try:
        return dict.fromkeys(found)
    except TypeError:  # JSON values are not hashable
        return found
