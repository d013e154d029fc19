"""`Clauses`: the immutable state of a query."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Label, SQLColumnExpression, and_, or_
from sqlalchemy.orm import QueryableAttribute, defer, undefer
from sqlalchemy.orm.interfaces import ORMOption

from ...models._scopes import Scope
from ._expressions import Condition
from ._join import Join
from .loads._eager_load import EagerLoad
from .loads._scoped_relation import Lifted


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
        model_scopes: The scopes of the model that no `without_scope` has lifted.
        lifted: The models and scopes that are lifted for records of joins and eager loads.
        joins: The joined relationships, in order.
        groups: The columns of GROUP BY.
        having: The conditions that groups have to meet, all of them.
        order: The columns of ORDER BY.
        loads: The eager loads.
        pivots: The many-to-many relationships that are loaded with their association rows.
        computed: The values that are computed for each record.
        columns: The columns that are chosen, in order, each with whether it is loaded.
        limit: The largest number of records.
        offset: The number of records that are skipped.
        distinct: Whether each value is returned once.
        fresh: Whether records in the session are read again.
        lock: The lock of the records.
        timeout: The seconds that the statement may take.
        all_rows: Whether a write may be without a condition.
    """

    conditions: tuple[Condition, ...] = ()
    scopes: tuple[Condition, ...] = ()
    model_scopes: tuple[Scope, ...] = ()
    lifted: Lifted = ()
    joins: tuple[Join, ...] = ()
    groups: tuple[SQLColumnExpression[object], ...] = ()
    having: tuple[Condition, ...] = ()
    order: tuple[SQLColumnExpression[object], ...] = ()
    loads: tuple[EagerLoad, ...] = ()
    pivots: tuple[QueryableAttribute[Any], ...] = ()
    computed: tuple[Label[object], ...] = ()
    columns: tuple[tuple[QueryableAttribute[Any], bool], ...] = ()
    limit: int | None = None
    offset: int = 0
    distinct: bool = False
    fresh: bool = False
    lock: Lock | None = None
    timeout: float | None = None
    all_rows: bool = False

    def and_(self, *conditions: Condition) -> "Clauses":
        """Return the clauses with more conditions, all of which have to be met."""
        return self._replace(conditions=(*self.conditions, *conditions))

    def or_(self, *conditions: Condition) -> "Clauses":
        """Return the clauses with conditions of which any can be met instead of those before."""
        before = (and_(*self.conditions),) if self.conditions else ()
        return self._replace(conditions=(or_(*before, *conditions),)) if conditions else self

    def within(self, *scopes: Condition) -> "Clauses":
        """Return the clauses with all conditions and more as scopes, which no `or_where` widens."""
        return self._replace(conditions=(), scopes=(*self.scopes, *self.conditions, *scopes))

    @property
    def criteria(self) -> tuple[Condition, ...]:
        """All that records have to meet: the model's scopes, those of the query, its conditions."""
        hiding = [scope.condition for scope in self.model_scopes]
        return (*hiding, *self.scopes, *self.conditions)

    def at_most(self, count: int) -> "Clauses":
        """Return the clauses with a limit, or with their own if that is smaller."""
        return self._replace(limit=count if self.limit is None else min(count, self.limit))

    @property
    def column_loads(self) -> Sequence[ORMOption]:
        """The loader options of the columns that are chosen, the last one of each column."""
        # SQLAlchemy refuses two options for one column.
        last = {column.key: (column, is_loaded) for column, is_loaded in self.columns}
        return [undefer(each) if is_loaded else defer(each) for each, is_loaded in last.values()]

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


NO_CLAUSES = Clauses()
