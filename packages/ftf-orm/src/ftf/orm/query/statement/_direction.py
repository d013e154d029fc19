"""The direction of an order, ascending or descending."""

from typing import Literal, get_args

from sqlalchemy import ColumnElement, SQLColumnExpression, UnaryExpression
from sqlalchemy.sql import operators

from ...exceptions import InvalidArgument
from ...exceptions._text import text_of
from ._expressions import Column, element

type Direction = Literal["asc", "desc"]

_DIRECTIONS = get_args(Direction.__value__)


def directed(by: Column, direction: Direction) -> Column:
    """Return a column with a direction, unless it has one; NULLS FIRST or LAST stays.

    Raises:
        InvalidArgument: The direction is neither "asc" nor "desc".
        TypeError: It is a column, which no client has sent: it is not answered as their mistake.
    """
    given: object = direction
    if isinstance(given, SQLColumnExpression):
        raise TypeError(
            f"direction must be 'asc' or 'desc', not {given}: sort by a second column with "
            "another .order_by(...)"
        )
    if direction not in _DIRECTIONS:
        reason = f"{text_of(direction)} is not a direction: use 'asc' or 'desc'"
        raise InvalidArgument("direction", reason)
    return _descending(by) if direction == "desc" else by


def is_descending(by: Column) -> bool:
    """Return whether an order is descending."""
    found = element(by)
    while isinstance(found, UnaryExpression) and found.modifier is not None:
        if found.modifier is operators.desc_op:
            return True
        found = found.element
    return False


def without_direction(by: Column) -> ColumnElement[object]:
    """Return the column of an order."""
    found = element(by)
    while isinstance(found, UnaryExpression) and found.modifier is not None:
        found = found.element
    return found


def _descending(by: Column) -> Column:
    if not isinstance(by, UnaryExpression) or by.modifier is None:
        return by.desc()
    if by.modifier is operators.nulls_first_op:
        return _descending(by.element).nulls_first()
    if by.modifier is operators.nulls_last_op:
        return _descending(by.element).nulls_last()
    return by
