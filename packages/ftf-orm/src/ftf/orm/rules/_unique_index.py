"""The unique index behind a rule, and the rows that it has."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Index, PrimaryKeyConstraint, Table, UniqueConstraint, inspect
from sqlalchemy.orm import DeclarativeBase

from ..query import QueryBuilder

type Unique = Index | UniqueConstraint | PrimaryKeyConstraint


def unique_index(
    model: type[DeclarativeBase], compared: Sequence[ColumnElement[Any]]
) -> Unique | None:
    """Return what makes columns, or expressions of them, unique together; one of all rows first.

    Args:
        model: The model.
        compared: The columns and expressions, in any order.
    """
    found = [one for one in _unique_of(model) if _is_of(one, compared)]
    return min(found, key=lambda one: isinstance(one, Index) and _is_partial(one), default=None)


def covering[R: DeclarativeBase](
    query: QueryBuilder[R], compared: Sequence[ColumnElement[Any]]
) -> QueryBuilder[R]:
    """Return a query for the rows that the unique index has, or the query itself without one."""
    index = unique_index(query.model, compared)
    if index is None:
        return query
    clauses = query.clauses._replace(model_scopes=(), scopes=(), conditions=())
    name = query._dialect.name  # noqa: SLF001  # of this package
    where = index.dialect_options[name].get("where") if isinstance(index, Index) else None
    return query._with(clauses if where is None else clauses.and_(where))  # noqa: SLF001


def _unique_of(model: type[DeclarativeBase]) -> list[Unique]:
    tables = [table for table in inspect(model).tables if isinstance(table, Table)]
    constraints = (one for table in tables for one in table.constraints)
    keys = [one for one in constraints if isinstance(one, UniqueConstraint | PrimaryKeyConstraint)]
    return [*keys, *(index for table in tables for index in table.indexes if index.unique)]


def _is_of(one: Unique, compared: Sequence[ColumnElement[Any]]) -> bool:
    parts: Sequence[Any] = one.expressions if isinstance(one, Index) else [*one.columns]
    texts = sorted(_written(part) for part in parts)
    return texts == sorted(_written(column) for column in compared)


def _written(part: Any) -> str:  # noqa: ANN401  # a column, or an expression of an index
    """Return an expression in SQL without names of tables, as a text index has it."""
    text = str(part).lower().replace('"', "")
    sources: Sequence[Any] = getattr(part, "_from_objects", ())
    for source in sources:
        text = text.replace(f"{source.name}.".lower(), "")
    return text


def _is_partial(index: Index) -> bool:
    kinds = ("postgresql", "sqlite")
    return any(index.dialect_options[name].get("where") is not None for name in kinds)
