"""Operators: what a filter can ask of a column, what that costs, and its condition."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    Boolean,
    ColumnElement,
    TypeDecorator,
    and_,
    false,
    or_,
)
from sqlalchemy.sql import operators

from ...models._timestamps import UtcDateTime
from ._times import Span

type Make = Callable[[Sequence[Any]], ColumnElement[bool]]
"""Takes the values that a client sent, and returns the condition for them."""

_BOOLEAN = Boolean()
_ESCAPE = "/"
_EACH = 10  # values of a list that cost as much as a comparison


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator.

    Args:
        suffix: What follows the name of the filter in a query string.
        base_cost: What it costs.
        means: What it means, in words.
        make: Makes the condition for a column.
        many: Whether it takes several values.
    """

    suffix: str
    base_cost: int
    means: str
    make: Callable[[ColumnElement[Any]], Make]
    many: bool = False

    def cost(self, count: int) -> int:
        """Return what it costs for a number of values."""
        return self.base_cost + (count // _EACH if self.many else 0)


def _compared(
    column: ColumnElement[Any],
    operator: Any,  # noqa: ANN401  # operators have no public type
    **modifiers: object,
) -> Callable[[object], ColumnElement[bool]]:
    """Return what compares a column with a value.

    It makes the elements directly, because SQLAlchemy's operators look up at each comparison what
    is known here. A type that converts its values can have comparisons of its own, and keeps them.
    """
    kind = column.type
    if isinstance(kind, TypeDecorator) and not isinstance(kind, UtcDateTime):
        return lambda value: column.operate(operator, value, **modifiers)

    def compare(value: object) -> ColumnElement[bool]:
        bound = BindParameter(None, value, type_=kind, unique=True)
        return BinaryExpression(column, bound, operator, type_=_BOOLEAN, modifiers=modifiers)

    return compare


def _equal(column: ColumnElement[Any]) -> Callable[[object], ColumnElement[bool]]:
    equal, at_least = _compared(column, operators.eq), _compared(column, operators.ge)
    below = _compared(column, operators.lt)

    def condition(value: object) -> ColumnElement[bool]:
        if isinstance(value, Span):
            return and_(at_least(value.start), below(value.end))
        return equal(value)

    return condition


def _eq(column: ColumnElement[Any]) -> Make:
    equal = _equal(column)
    return lambda values: equal(values[0])


def _ne(column: ColumnElement[Any]) -> Make:
    before, after = _compared(column, operators.lt), _compared(column, operators.ge)

    def condition(values: Sequence[Any]) -> ColumnElement[bool]:
        if isinstance(value := values[0], Span):
            return or_(before(value.start), after(value.end), column.is_(None))
        return column.is_distinct_from(BindParameter(None, value, type_=column.type, unique=True))

    return condition


def _order(operator: Any, of_day: Any, edge: str) -> Callable[[ColumnElement[Any]], Make]:  # noqa: ANN401  # operators have no public type
    """Return what makes a comparison.

    Args:
        operator: The comparison with a value.
        of_day: The comparison with an edge of a day.
        edge: The edge, "start" or "end".
    """

    def make(column: ColumnElement[Any]) -> Make:
        compare, compare_day = _compared(column, operator), _compared(column, of_day)

        def condition(values: Sequence[Any]) -> ColumnElement[bool]:
            value = values[0]
            if isinstance(value, Span):
                return compare_day(getattr(value, edge))
            return compare(value)

        return condition

    return make


def _in(column: ColumnElement[Any]) -> Make:
    equal = _equal(column)

    def condition(values: Sequence[Any]) -> ColumnElement[bool]:
        exact = [value for value in values if not isinstance(value, Span)]
        days = [equal(value) for value in values if isinstance(value, Span)]
        found = column.in_(exact) if exact else false()
        return or_(found, *days) if days else found

    return condition


def _not_in(column: ColumnElement[Any]) -> Make:
    found = _in(column)
    return lambda values: or_(~found(values), column.is_(None))


def _null(column: ColumnElement[Any]) -> Make:
    null, not_null = column.is_(None), column.is_not(None)
    return lambda values: null if values[0] else not_null


def _part(operator: Any) -> Callable[[ColumnElement[Any]], Make]:  # noqa: ANN401  # operators have no public type
    """Return what makes a condition about a part of a text, with its wildcards escaped."""

    def make(column: ColumnElement[Any]) -> Make:
        matches = _compared(column, operator, escape=_ESCAPE, autoescape=False)
        return lambda values: matches(_escaped(values[0]))

    return make


def _escaped(text: str) -> str:
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return text


def contains(column: ColumnElement[Any]) -> Make:
    """Return what makes the condition that a column contains a text, in any case."""
    return _part(operators.icontains_op)(column)


_LT, _LE, _GT, _GE = operators.lt, operators.le, operators.gt, operators.ge

OPERATORS = {
    "eq": Operator("", 1, "equal", _eq),
    "ne": Operator("__ne", 2, "not equal, or without a value", _ne),
    "lt": Operator("__lt", 1, "less", _order(_LT, _LT, "start")),
    "lte": Operator("__lte", 1, "less or equal", _order(_LE, _LT, "end")),
    "gt": Operator("__gt", 1, "greater", _order(_GT, _GE, "end")),
    "gte": Operator("__gte", 1, "greater or equal", _order(_GE, _GE, "start")),
    "in": Operator("__in", 1, "one of the values", _in, many=True),
    "not_in": Operator("__not_in", 2, "none of the values, or no value", _not_in, many=True),
    "null": Operator("__null", 1, "whether there is no value", _null),
    "contains": Operator("__contains", 8, "contains the text, in any case", contains),
    "starts": Operator(
        "__starts", 4, "starts with the text, in any case", _part(operators.istartswith_op)
    ),
    "ends": Operator("__ends", 8, "ends with the text, in any case", _part(operators.iendswith_op)),
}
