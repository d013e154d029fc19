"""SQL expressions, the tables that they use, and the checks of what callers pass as one."""

from collections.abc import Iterable, Sequence
from typing import Any, cast

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    ColumnExpressionArgument,
    FromClause,
    Select,
    SelectBase,
    SQLColumnExpression,
    tuple_,
)
from sqlalchemy.orm import Mapper, QueryableAttribute, RelationshipProperty
from sqlalchemy.orm.util import AliasedInsp
from sqlalchemy.sql.visitors import iterate

from ...exceptions._text import text_of

type Condition = ColumnExpressionArgument[bool]
type Column = SQLColumnExpression[object]


def element(expression: object) -> ColumnElement[Any]:
    """Return the SQL expression of an object, such as of an attribute of a model."""
    found = expression
    if not isinstance(found, ClauseElement):  # whose __getattr__ is slow
        found = getattr(expression, "__clause_element__", lambda: None)()
    if not isinstance(found, ClauseElement):
        shown = text_of(expression)
        raise TypeError(f"{shown} is not a SQL expression: use a column, such as Model.name")
    return cast("ColumnElement[Any]", found)


def sources(expression: object) -> Iterable[FromClause]:
    """Return the tables and aliases that an expression uses, without those of subqueries."""
    found: Iterable[FromClause] = getattr(element(expression), "_from_objects", ())
    return found


def tables_of(entity: Mapper[Any] | AliasedInsp[Any]) -> tuple[FromClause, ...]:
    """Return the tables or aliases with the columns of a model, or of an alias of it."""
    return tuple(entity.tables if isinstance(entity, Mapper) else sources(entity.selectable))


def is_among(key: Sequence[SQLColumnExpression[Any]], found: "Select[Any]") -> ColumnElement[bool]:
    """Return the condition for one of the keys that a statement selects."""
    return key[0].in_(found) if len(key) == 1 else tuple_(*key).in_(found)


def key_of(entity: Mapper[Any] | AliasedInsp[Any]) -> list[QueryableAttribute[Any]]:
    """Return the primary key columns of a model, or of an alias of it."""
    mapper = entity.mapper
    names = (mapper.get_property_by_column(column).key for column in mapper.primary_key)
    return [getattr(entity.entity, name) for name in names]


def has_subquery(expression: object) -> bool:
    """Return whether an expression contains a SELECT."""
    return any(isinstance(part, SelectBase) for part in iterate(element(expression)))


def foreign(expression: object, source: FromClause, model: type) -> ValueError:
    """Return the error for an expression of a table that is not in the query."""
    return ValueError(
        f"{expression} uses {source}, which the query for {model.__name__} does not: "
        "use where_has(relation, ...), or join(relation) first"
    )


def refuse_relationship(expression: object) -> None:
    """Raise for a relationship in place of a column or condition.

    Raises:
        TypeError: It is a relationship.
    """
    if isinstance(expression, QueryableAttribute) and isinstance(
        expression.comparator, RelationshipProperty.Comparator
    ):
        raise TypeError(
            f"{expression} is a relationship, not a column: find by related records with "
            "where_has() or where_doesnt_have(), and sort by with_count() or with_max()"
        )


def refuse_value(condition: object) -> None:
    """Raise for a condition that Python has evaluated.

    Raises:
        TypeError: It is True, False or None.
    """
    if condition is None or isinstance(condition, bool):
        raise TypeError(
            f"a condition must be a SQL expression, not {condition}: write "
            "Model.column.is_(None) for `is None`, and & | ~ for `and` `or` `not`"
        )
