"""`Clauses`: the immutable state of a query, and the parts of a SELECT that it becomes."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, Select, SQLColumnExpression, and_, or_, select
from sqlalchemy.orm import Mapper, QueryableAttribute
from sqlalchemy.sql.base import ExecutableOption

from ._expressions import Condition, is_among, sources
from ._join import Join


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of FOR UPDATE.

    Args:
        skip_locked: Whether to leave out records that other transactions have locked.
        nowait: Whether to fail instead of waiting for them.
    """

    skip_locked: bool
    nowait: bool


class Clauses(NamedTuple):
    """The immutable state of a query.

    Args:
        conditions: The conditions that records have to meet, all of them.
        scopes: Conditions that they have to meet besides: no `or_where` widens them.
        joins: The joined relationships, in order.
        groups: The columns of GROUP BY.
        having: The conditions that groups have to meet, all of them.
        order: The columns of ORDER BY.
        options: The loader options of eager loads.
        parts: The relationships of which a part is eager loaded.
        computed: The values that are computed for each record.
        limit: The largest number of records.
        offset: The number of records that are skipped.
        distinct: Whether each value is returned once.
        fresh: Whether records in the session are read again.
        lock: The lock of the records.
    """

    conditions: tuple[Condition, ...] = ()
    scopes: tuple[Condition, ...] = ()
    joins: tuple[Join, ...] = ()
    groups: tuple[SQLColumnExpression[object], ...] = ()
    having: tuple[Condition, ...] = ()
    order: tuple[SQLColumnExpression[object], ...] = ()
    options: tuple[ExecutableOption, ...] = ()
    parts: tuple[QueryableAttribute[object], ...] = ()
    computed: tuple[Label[object], ...] = ()
    limit: int | None = None
    offset: int = 0
    distinct: bool = False
    fresh: bool = False
    lock: Lock | None = None

    def and_(self, *conditions: Condition) -> "Clauses":
        """Return the clauses with more conditions, all of which have to be met."""
        return self._replace(conditions=(*self.conditions, *conditions))

    def or_(self, *conditions: Condition) -> "Clauses":
        """Return the clauses with conditions of which any can be met instead of those before."""
        before = (and_(*self.conditions),) if self.conditions else ()
        return self._replace(conditions=(or_(*before, *conditions),)) if conditions else self

    def within(self, *scopes: Condition) -> "Clauses":
        """Return the clauses with all conditions and more as scopes, which no `or_where` widens."""
        return self._replace(conditions=(), scopes=(*self.criteria, *scopes))

    @property
    def criteria(self) -> tuple[Condition, ...]:
        """The scopes and the conditions."""
        return (*self.scopes, *self.conditions)

    def at_most(self, count: int) -> "Clauses":
        """Return the clauses with a limit, or with their own if that is smaller."""
        return self._replace(limit=count if self.limit is None else min(count, self.limit))

    @property
    def is_cut(self) -> bool:
        """Whether there is a limit or an offset."""
        return self.limit is not None or bool(self.offset)

    @property
    def whole(self) -> "Clauses":
        """The clauses without limit and offset."""
        return self._replace(limit=None, offset=0)

    def refuse_lock(self) -> None:
        """Raise if there is a lock, in a terminal that returns no record.

        Raises:
            ValueError: There is a lock.
        """
        if self.lock is not None:
            raise ValueError(
                "a number locks no record: leave lock_for_update() out, or use get() or pluck()"
            )

    @property
    def read_again(self) -> bool:
        """Whether records in the session are read again, as they are for a lock."""
        return self.fresh or self.lock is not None

    @property
    def multiplies(self) -> bool:
        """Whether a join can multiply records."""
        return bool(self.joins) and not self.groups and any(join.multiplies for join in self.joins)

    def rows[*Row](self, statement: "Select[*Row]") -> "Select[*Row]":
        """Return a statement with one row for each combination of the joins, or for each group.

        Raises:
            ValueError: There are conditions for groups, but no groups.
        """
        if self.having and not self.groups:
            raise ValueError("having() needs groups: add group_by(), or use has(relation, ...)")
        for join in self.joins:
            statement = statement.join(join.relation, isouter=join.outer)
        statement = statement.where(*self.criteria) if self.criteria else statement
        statement = statement.group_by(*self.groups) if self.groups else statement
        return statement.having(*self.having) if self.having else statement

    def records[*Row, M](self, statement: "Select[*Row]", mapper: Mapper[M]) -> "Select[*Row]":
        """Return a statement with one row for each record, however many matches a join has."""
        if not self.multiplies:
            return self.rows(statement)
        for join in self.joins:
            if not join.multiplies:
                statement = statement.join(join.relation, isouter=join.outer)
        return statement.where(self._among(mapper))

    def about_model[M](self, mapper: Mapper[M]) -> tuple[Condition, ...]:
        """Return all conditions as conditions on the model alone."""
        one_table = not (self.joins or self.groups or self.having)
        return self.criteria if one_table else (self._among(mapper),)

    def page[*Row](self, statement: "Select[*Row]", model: type) -> "Select[*Row]":
        """Return a statement with order, limit, offset and lock."""
        statement = statement.order_by(*self.order) if self.order else statement
        statement = statement if self.limit is None else statement.limit(self.limit)
        statement = statement.offset(self.offset) if self.offset else statement
        if self.lock is None:
            return statement
        if self.groups or self.distinct:
            raise ValueError("neither groups nor distinct values can be locked: leave those out")
        # OF the model: PostgreSQL refuses to lock the nullable side of an outer join.
        return statement.with_for_update(
            skip_locked=self.lock.skip_locked, nowait=self.lock.nowait, of=model
        )

    def refuse_open_order(self) -> None:
        """Raise if records are sorted by a column that a join multiplies.

        Raises:
            ValueError: The order is by a column that a join multiplies.
        """
        if not self.multiplies:
            return
        open_ones = {source for join in self.joins if join.multiplies for source in join.sources}
        for column in self.order:
            if open_ones.intersection(sources(column)):
                raise ValueError(
                    f"a record has several {column}: sort by one of them, such as the greatest: "
                    '.with_max(relation, column, alias="x").order_by("x", "desc")'
                )

    def keys[M](self, mapper: Mapper[M]) -> "Select[*tuple[Any, ...]]":
        """Return a SELECT of the primary keys of all records that meet the conditions."""
        found = self.rows(select(*mapper.primary_key).select_from(mapper))
        # correlate(None): it selects from the model's table itself, not from the outer row.
        return found.correlate(None)

    def _among[M](self, mapper: Mapper[M]) -> ColumnElement[bool]:
        return is_among(mapper.primary_key, self.keys(mapper))


NO_CLAUSES = Clauses()
