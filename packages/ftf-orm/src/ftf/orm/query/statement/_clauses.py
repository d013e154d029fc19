"""What a query was told so far."""

from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Label, Select, SQLColumnExpression, and_, or_, select
from sqlalchemy.orm import Mapper, QueryableAttribute
from sqlalchemy.sql.base import ExecutableOption

from ._expressions import Condition, is_among, sources
from ._join import Join


@dataclass(frozen=True, slots=True)
class Lock:
    """How records are locked.

    Args:
        skip_locked: Whether to leave out records that others have locked.
        nowait: Whether to fail instead of waiting for them.
    """

    skip_locked: bool
    nowait: bool


class Clauses(NamedTuple):
    """What a query was told so far.

    Args:
        conditions: What records have to meet, all of it.
        scopes: What they have to meet besides: no `or_where` widens it.
        joins: What they are joined with, in order.
        groups: What they are grouped by.
        having: What groups have to meet, all of it.
        order: What they are sorted by.
        options: How they are loaded.
        parts: The relationships of which a part is brought along.
        computed: What is worked out for each of them.
        limit: How many there are at most.
        offset: How many are skipped.
        distinct: Whether values that were delivered before are left out.
        fresh: Whether what the session knows of them is read again.
        lock: How they are locked.
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
        """Ask for what was asked before and every condition."""
        return self._replace(conditions=(*self.conditions, *conditions))

    def or_(self, *conditions: Condition) -> "Clauses":
        """Ask for what was asked before or any of the conditions, and for the scopes."""
        before = (and_(*self.conditions),) if self.conditions else ()
        return self._replace(conditions=(or_(*before, *conditions),)) if conditions else self

    def within(self, *scopes: Condition) -> "Clauses":
        """Make scopes of what was asked before and of more: no `or_where` after it widens them."""
        return self._replace(conditions=(), scopes=(*self.criteria, *scopes))

    @property
    def criteria(self) -> tuple[Condition, ...]:
        """The scopes and the conditions."""
        return (*self.scopes, *self.conditions)

    def at_most(self, count: int) -> "Clauses":
        """Ask for no more records than before and than a number."""
        return self._replace(limit=count if self.limit is None else min(count, self.limit))

    @property
    def is_cut(self) -> bool:
        """Whether it may deliver a part of what meets the conditions."""
        return self.limit is not None or bool(self.offset)

    @property
    def whole(self) -> "Clauses":
        """The same without a limit and an offset."""
        return self._replace(limit=None, offset=0)

    def refuse_lock(self) -> None:
        """Refuse to lock where no record is delivered.

        Raises:
            ValueError: There is a lock.
        """
        if self.lock is not None:
            raise ValueError(
                "a number locks no record: leave lock_for_update() out, or use get() or pluck()"
            )

    @property
    def read_again(self) -> bool:
        """Whether records are read again that the session knows: a lock is about what is stored."""
        return self.fresh or self.lock is not None

    @property
    def multiplies(self) -> bool:
        """Whether a record can come more than once, because of what it is joined with."""
        return bool(self.joins) and not self.groups and any(join.multiplies for join in self.joins)

    def rows[*Row](self, statement: "Select[*Row]") -> "Select[*Row]":
        """Give a statement one row for each combination that the joins make, or for each group.

        Raises:
            ValueError: Groups have conditions, and there are none.
        """
        if self.having and not self.groups:
            raise ValueError("having() is about groups: add group_by(), or use has(relation, ...)")
        for join in self.joins:
            statement = statement.join(join.relation, isouter=join.outer)
        statement = statement.where(*self.criteria) if self.criteria else statement
        statement = statement.group_by(*self.groups) if self.groups else statement
        return statement.having(*self.having) if self.having else statement

    def records[*Row, M](self, statement: "Select[*Row]", mapper: Mapper[M]) -> "Select[*Row]":
        """Give a statement one row for each record, however often it is joined."""
        if not self.multiplies:
            return self.rows(statement)
        for join in self.joins:
            if not join.multiplies:
                statement = statement.join(join.relation, isouter=join.outer)
        return statement.where(self._among(mapper))

    def about_model[M](self, mapper: Mapper[M]) -> tuple[Condition, ...]:
        """Say everything that records have to meet by conditions on the model alone."""
        one_table = not (self.joins or self.groups or self.having)
        return self.criteria if one_table else (self._among(mapper),)

    def page[*Row](self, statement: "Select[*Row]", model: type) -> "Select[*Row]":
        """Sort a statement's rows, cut and lock them."""
        statement = statement.order_by(*self.order) if self.order else statement
        statement = statement if self.limit is None else statement.limit(self.limit)
        statement = statement.offset(self.offset) if self.offset else statement
        if self.lock is None:
            return statement
        if self.groups or self.distinct:
            raise ValueError("neither groups nor distinct values can be locked: leave those out")
        # Only the model's: PostgreSQL cannot lock what an outer join may not find.
        return statement.with_for_update(
            skip_locked=self.lock.skip_locked, nowait=self.lock.nowait, of=model
        )

    def refuse_open_order(self) -> None:
        """Refuse to sort records by something that each of them can have more than once.

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
        """Select the primary keys of all records that meet everything."""
        found = self.rows(select(*mapper.primary_key).select_from(mapper))
        # The subquery selects from the model's table itself, not from the row around.
        return found.correlate(None)

    def _among[M](self, mapper: Mapper[M]) -> ColumnElement[bool]:
        return is_among(mapper.primary_key, self.keys(mapper))


NO_CLAUSES = Clauses()
