"""Comparisons of a DateTime column with a date, which are refused."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    ClauseElement,
    ClauseList,
    DateTime,
    TypeDecorator,
    UnaryExpression,
)
from sqlalchemy.sql.elements import ExpressionClauseList, Grouping

from ._expressions import element


def refuse_dates(condition: object) -> None:
    """Raise if points in time are compared with a date, which SQLite compares as texts.

    Raises:
        TypeError: The condition compares them.
    """
    for comparison in _comparisons(element(condition)):
        sides = (comparison.left, comparison.right)
        if any(_is_time(side) for side in sides) and (days := [*_dates(sides)]):
            raise TypeError(
                f"{comparison} compares points in time with {days[0]!r}, a day: use a datetime, "
                "such as the beginning of the day"
            )


def _is_time(side: ClauseElement) -> bool:
    kind = getattr(side, "type", None)
    return isinstance(kind.impl_instance if isinstance(kind, TypeDecorator) else kind, DateTime)


def _comparisons(condition: object) -> Iterator[BinaryExpression[Any]]:
    if isinstance(condition, BinaryExpression):
        yield condition
    elif isinstance(condition, Grouping | UnaryExpression):
        yield from _comparisons(condition.element)
    elif isinstance(condition, ClauseList | ExpressionClauseList):
        for part in condition.clauses:
            yield from _comparisons(part)


def _dates(compared: Iterable[object]) -> Iterator[date]:
    """Yield the dates among the values of a comparison."""
    for part in compared:
        if isinstance(part, ClauseList | ExpressionClauseList):
            yield from _dates(part.clauses)
        elif isinstance(part, BindParameter):
            values = part.value if isinstance(part.value, list) else [part.value]
            yield from (value for value in values if type(value) is date)
