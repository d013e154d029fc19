"""What a query was told so far."""

from dataclasses import dataclass, replace

from sqlalchemy import (
    ColumnElement,
    ColumnExpressionArgument,
    Select,
    SQLColumnExpression,
    and_,
    or_,
)
from sqlalchemy.sql.base import ExecutableOption

type Condition = ColumnExpressionArgument[bool]


@dataclass(frozen=True, slots=True)
class Clauses:
    """What a query was told so far.

    Args:
        condition: What records have to meet.
        order: What they are sorted by.
        options: How they are loaded.
        limit: How many there are at most.
        offset: How many are skipped.
    """

    condition: ColumnElement[bool] | None = None
    order: tuple[SQLColumnExpression[object], ...] = ()
    options: tuple[ExecutableOption, ...] = ()
    limit: int | None = None
    offset: int = 0

    def and_(self, conditions: tuple[Condition, ...]) -> "Clauses":
        """Ask for what was asked before and every condition."""
        return replace(self, condition=and_(*self._known(), *conditions)) if conditions else self

    def or_(self, conditions: tuple[Condition, ...]) -> "Clauses":
        """Ask for what was asked before or any of the conditions."""
        return replace(self, condition=or_(*self._known(), *conditions)) if conditions else self

    def filter[*Row](self, statement: "Select[*Row]") -> "Select[*Row]":
        """Keep a statement to the rows that meet the condition."""
        return statement if self.condition is None else statement.where(self.condition)

    def apply[*Row](self, statement: "Select[*Row]") -> "Select[*Row]":
        """Tell a statement everything."""
        statement = self.filter(statement).order_by(*self.order).options(*self.options)
        return statement.limit(self.limit).offset(self.offset or None)

    def _known(self) -> tuple[ColumnElement[bool], ...]:
        return () if self.condition is None else (self.condition,)
