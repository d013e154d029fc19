"""The join condition of a many-to-many relationship, as equal columns and constants."""

from collections.abc import Iterator
from typing import Any, cast

from sqlalchemy import (
    BinaryExpression,
    BindParameter,
    BooleanClauseList,
    ColumnElement,
    False_,
    Null,
    Table,
    True_,
    UnaryExpression,
)
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.sql import operators

_CONSTANTS: dict[type, object] = {Null: None, True_: True, False_: False}
_TRUTHS: dict[Any, object] = {operators.is_true: True, operators.is_false: False}


def constants(relation: RelationshipProperty[Any], table: Table) -> dict[str, object]:
    """Return the values that the join condition requires in the association table, by column.

    Raises:
        TypeError: It requires more than equal columns and constants.
    """
    pairs = {*relation.synchronize_pairs, *(relation.secondary_synchronize_pairs or ())}
    columns = {column: column.key for column in table.c}
    found: dict[str, object] = {}
    for condition in _conditions(relation):
        sides = _equal(condition)
        if not pairs.isdisjoint({sides, sides[::-1]}):
            continue
        column, value = sides if sides[0] in columns else sides[::-1]
        if column not in columns or not _is_constant(value):
            raise TypeError(
                f"{relation} is joined by {condition}, which does not determine the values "
                "of a new row: read with query(), and write with a model for the association table"
            )
        found[columns[column]] = _constant(value)
    return found


def _conditions(relation: RelationshipProperty[Any]) -> Iterator[ColumnElement[Any]]:
    second = cast("ColumnElement[Any]", relation.secondaryjoin)  # there is an association table
    for joined in (relation.primaryjoin, second):
        if isinstance(joined, BooleanClauseList) and joined.operator is operators.and_:
            yield from joined.clauses
        else:
            yield joined


def _equal(condition: object) -> tuple[Any, Any]:
    """Return the two sides that a condition makes equal, or Nones."""
    if isinstance(condition, BinaryExpression) and condition.operator in {
        operators.eq,
        operators.is_,
    }:
        return condition.left, condition.right
    if isinstance(condition, UnaryExpression) and condition.operator in _TRUTHS:
        return condition.element, _TRUTHS[condition.operator]
    return None, None


def _is_constant(value: object) -> bool:
    if isinstance(value, BindParameter):
        return not value.required
    return isinstance(value, bool) or type(value) in _CONSTANTS


def _constant(value: object) -> object:
    if isinstance(value, BindParameter):
        return value.effective_value  # computed, if it is a callable
    return _CONSTANTS.get(type(value), value)
