"""SQL expressions, and which tables they are about."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    ColumnExpressionArgument,
    FromClause,
    Select,
    SQLColumnExpression,
    tuple_,
)
from sqlalchemy.orm import Mapper, QueryableAttribute, RelationshipProperty
from sqlalchemy.orm.util import AliasedInsp

type Condition = ColumnExpressionArgument[bool]
type Column = SQLColumnExpression[object]


def element(expression: object) -> ColumnElement[Any]:
    """Make the SQL of what stands for it, such as an attribute of a model."""
    found = expression
    if not isinstance(found, ClauseElement):  # which takes long to say that it has no attribute
        found = getattr(expression, "__clause_element__", lambda: None)()
    if not isinstance(found, ClauseElement):
        raise TypeError(f"{expression!r} is no SQL expression: use a column, such as Model.name")
    return cast("ColumnElement[Any]", found)


def sources(expression: object) -> Iterable[FromClause]:
    """List the tables and aliases that an expression takes values from, subqueries left out."""
    found: Iterable[FromClause] = getattr(element(expression), "_from_objects", ())
    return found


def tables_of(entity: Mapper[Any] | AliasedInsp[Any]) -> tuple[FromClause, ...]:
    """List the tables or aliases that the columns of a model, or of an alias of it, are in."""
    return tuple(entity.tables if isinstance(entity, Mapper) else sources(entity.selectable))


def is_among(key: Sequence[ColumnElement[Any]], found: "Select[Any]") -> ColumnElement[bool]:
    """Ask for one of the keys that a statement selects."""
    return key[0].in_(found) if len(key) == 1 else tuple_(*key).in_(found)


def foreign(expression: object, source: FromClause, model: type) -> ValueError:
    """Say that an expression is about a table that is not queried, and would be multiplied by."""
    return ValueError(
        f"{expression} is about {source}, and the query about {model.__name__}: "
        "use where_has(relation, ...), or join(relation) first"
    )


def refuse_relationship(expression: object) -> None:
    """Refuse a relationship where a column or condition is wanted.

    Raises:
        TypeError: It is a relationship.
    """
    if isinstance(expression, QueryableAttribute) and isinstance(
        expression.comparator, RelationshipProperty.Comparator
    ):
        raise TypeError(
            f"{expression} is a relationship, not a column: ask for related records with "
            "where_has() or where_doesnt_have(), and sort by with_count() or with_max()"
        )


def refuse_value(condition: object) -> None:
    """Refuse a condition that Python has worked out already.

    Raises:
        TypeError: It is True, False or None.
    """
    if condition is None or isinstance(condition, bool):
        raise TypeError(
            f"a condition is an expression, not {condition}: write Model.column.is_(None) for "
            "`is None`, and & | ~ for `and` `or` `not`"
        )
