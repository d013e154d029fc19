"""The steps that sort, limit and lock records."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.orm import DeclarativeBase

from ..statement._base import Query
from ..statement._clauses import Clauses, Lock
from ..statement._direction import Direction, directed, is_descending, without_direction
from ..statement._expressions import Column
from ..statement._numbers import at_least


@dataclass(frozen=True, slots=True)
class Ordering[T: DeclarativeBase](Query[T]):
    """The steps that sort, limit and lock records."""

    def order_by(self, column: Column | str, direction: Direction = "asc") -> Self:
        """Sort by a column, within the columns sorted by before.

        Args:
            column: A column or expression; one such as `User.name.desc()` keeps its direction.
                Or the name of a computed value, such as "posts_count".
            direction: "asc" or "desc".

        Raises:
            InvalidArgument: The direction is neither "asc" nor "desc".
            TypeError: The direction is a second column.
            ValueError: The column is of another table, or the name is not one of a computed value.
        """
        by = self._computed(column) if isinstance(column, str) else column
        self._refuse_foreign(by)
        return self._sorted_by(directed(by, direction))

    def order_by_key(self, direction: Direction = "asc") -> Self:
        """Sort by the primary key, within the columns sorted by before.

        Raises:
            InvalidArgument: The direction is neither "asc" nor "desc".
        """
        return self._sorted_by(
            *(directed(column, direction) for column in self._mapper.primary_key)
        )

    def reorder(self) -> Self:
        """Remove the order."""
        return self._with(self.clauses._replace(order=()))

    def latest(self, column: Column | None = None) -> Self:
        """Sort the newest first: by a column, else by `created_at`, else by the primary key."""
        return self._by_age(column, "desc")

    def oldest(self, column: Column | None = None) -> Self:
        """Sort the oldest first: by a column, else by `created_at`, else by the primary key."""
        return self._by_age(column, "asc")

    def limit(self, count: int) -> Self:
        """Return at most `count` records.

        Raises:
            TypeError: It is not an integer.
            InvalidArgument: The number is below 0.
        """
        return self._with(self.clauses._replace(limit=at_least(0, count, "limit")))

    def offset(self, count: int) -> Self:
        """Skip `count` records.

        Raises:
            TypeError: It is not an integer.
            InvalidArgument: The number is below 0.
        """
        return self._with(self.clauses._replace(offset=at_least(0, count, "offset")))

    def lock_for_update(self, *, skip_locked: bool = False, nowait: bool = False) -> Self:
        """Lock the records until the transaction ends; SQLite has one writer at a time anyway.

        Only rows of the model are locked, not joined ones. The records are read again, as by
        `fresh`, because the values in the session can be outdated.

        Args:
            skip_locked: Whether to leave out records that other transactions have locked.
            nowait: Whether to raise `DatabaseBusy` instead of waiting for the lock; a transaction
                can go on after it.
        """
        return self._with(self.clauses._replace(lock=Lock(skip_locked, nowait)))

    def _sorted_by(self, *columns: Column) -> Self:
        return self._with(self.clauses._replace(order=(*self.clauses.order, *columns)))

    def _computed(self, name: str) -> Column:
        known = {label.name: label for label in self.clauses.computed}
        if name not in known:
            names = ", ".join(known) or "nothing"
            raise ValueError(
                f"{name!r} is not a computed value of this query, only {names}: use a column"
            )
        return known[name]

    def _by_age(self, column: Column | None, direction: Direction) -> Self:
        if column is None:
            column = getattr(self.model, "created_at", None)
        if column is None:
            return self.order_by_key(direction)
        return self.order_by(column, direction)

    def _ordered(self) -> Clauses:
        return self._with_key_order() if self.clauses.order else self.clauses

    def _with_key_order(self) -> Clauses:
        """Return the clauses with the primary key as the last order, in the direction before it."""
        order, groups = self.clauses.order, self.clauses.groups
        if groups:
            return self.clauses
        known = {without_direction(by) for by in order}
        direction: Direction = "desc" if order and is_descending(order[-1]) else "asc"
        keys = (
            directed(column, direction)
            for column in self._mapper.primary_key
            if column not in known
        )
        return self.clauses._replace(order=(*order, *keys))
