"""What records have to meet."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Self

from sqlalchemy import SelectBase, SQLColumnExpression, false, not_, or_
from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query, taken
from ..statement._expressions import Column, Condition, refuse_relationship
from ..statement._key_types import possible_keys
from ..statement._membership import Columns, Rows, is_one_of


@dataclass(frozen=True, slots=True)
class Conditions[T: DeclarativeBase](Query[T]):
    """The steps that keep records out."""

    def where(self, *conditions: Condition) -> Self:
        """Keep records that meet what was asked before and every condition.

        Raises:
            TypeError: A condition is a Python value, as in `User.age is None`.
            ValueError: A condition is about another table.
        """
        return self._with(self.clauses.and_(*self._checked(conditions)))

    def or_where(self, *conditions: Condition) -> Self:
        """Keep records that meet everything that was asked before, or any of the conditions."""
        return self._with(self.clauses.or_(*self._checked(conditions)))

    def where_any(self, *conditions: Condition) -> Self:
        """Keep records that meet at least one of the conditions; of none, none can be met."""
        return self.where(or_(false(), *self._checked(conditions)))

    def where_not(self, *conditions: Condition) -> Self:
        """Keep records that meet none of the conditions.

        A comparison with a missing value is neither met nor not met, as always in SQL.
        """
        return self.where(*(not_(condition) for condition in self._checked(conditions)))

    def where_group(self, build: Callable[[Self], Self]) -> Self:
        """Keep records that meet what a function asks for, in parentheses.

        Args:
            build: Takes a query without conditions and returns it with some.
        """
        before = self.clauses.conditions
        built = taken(build, self._with(self.clauses._replace(conditions=()))).clauses
        return self._with(built._replace(conditions=(*before, *built.conditions)))

    def where_in[V, M: DeclarativeBase](
        self,
        column: SQLColumnExpression[V],
        values: Iterable[V | None] | SelectBase | Query[M],
    ) -> Self:
        """Keep records with one of the values; of no values, that is none.

        Args:
            column: The column.
            values: The values, None for a missing one; or a statement that selects them; or a
                query, which stands for the primary keys of its records.

        Raises:
            TypeError: It is one text, not many values.
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
        """Keep records with a value that is none of these; see `where_in`.

        Records without a value are left out, unless there are no values at all.

        Raises:
            TypeError: It is one text, not many values.
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
        """Keep records without a value.

        Raises:
            TypeError: It is no column, but a relationship: use `where_doesnt_have`.
        """
        refuse_relationship(column)
        return self.where(column.is_(None))

    def where_not_null(self, column: Column) -> Self:
        """Keep records with a value.

        Raises:
            TypeError: It is no column, but a relationship: use `where_has`.
        """
        refuse_relationship(column)
        return self.where(column.is_not(None))

    def where_like(self, column: SQLColumnExpression[str | None], pattern: str) -> Self:
        r"""Keep records whose text is like a pattern: % stands for any text, _ for a character.

        A backslash takes the meaning from the character after it: `r"100\%"` is "100%". SQLite
        takes ASCII letters of either case for the same, PostgreSQL does not. For what a client
        sends, `where(User.name.contains(text, autoescape=True))`.

        Raises:
            ValueError: The pattern ends in a single backslash.
        """
        if (len(pattern) - len(pattern.rstrip("\\"))) % 2:
            raise ValueError(f"pattern {pattern!r} ends in a backslash: double it to find one")
        return self.where(column.like(pattern, escape="\\"))

    def where_between[V](self, column: SQLColumnExpression[V], low: V, high: V) -> Self:
        """Keep records with a value from a lowest to a highest, both included.

        Raises:
            TypeError: A bound is None.
        """
        if low is None or high is None:
            raise TypeError(f"{column} needs two bounds: with one, use where({column} >= ...)")
        return self.where(column.between(low, high))

    def where_key(self, *keys: object) -> Self:
        """Keep records with one of the primary keys; one of many columns is a tuple.

        A key that no row can have, such as 2**63, finds nothing.

        Raises:
            InvalidValue: A key is of another type than its column, such as "1" for 1.
            ValueError: A key has another number of columns.
        """
        columns = self._mapper.primary_key
        rows = possible_keys(self._mapper, self.session.get_bind().dialect, keys)
        if len(columns) == 1:
            return self.where_in(columns[0], [row[0] for row in rows])
        return self.where(self._is_one_of(columns, rows))

    def _is_one_of(self, columns: Columns, rows: Rows) -> Condition:
        return is_one_of(columns, rows, self.session.get_bind().dialect)


def _several[V, M: DeclarativeBase](
    values: Iterable[V] | SelectBase | Query[M],
) -> SelectBase | Collection[V]:
    """Tell a subquery from values, and keep each of those once."""
    if isinstance(values, Query):
        return values._keys()  # noqa: SLF001  # a query like any other
    if isinstance(values, SelectBase):
        return values
    if isinstance(values, str | bytes):
        raise TypeError(f"many values are wanted, not one text: write [{values!r}]")
    return _once(values)


def _once[V](values: Iterable[V]) -> Collection[V]:
    found = [*values]
    try:
        return dict.fromkeys(found)
    except TypeError:  # JSON values have no hash
        return found
