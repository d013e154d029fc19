"""Which columns of a table are unique together, by keys, constraints and indexes."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, ColumnElement, FromClause, Table, UniqueConstraint


def are_unique(columns: Collection[ColumnElement[Any]], table: FromClause | None) -> bool:
    """Return whether a table has at most one row for each combination of the columns' values."""
    if not isinstance(table, Table):
        return False
    return any(unique and unique.issubset(columns) for unique in _unique_sets(table))


def _unique_sets(table: Table) -> Iterator[set[Column[Any]]]:
    yield {*table.primary_key.columns}
    for constraint in table.constraints:
        if isinstance(constraint, UniqueConstraint):
            yield {*constraint.columns}
    for index in table.indexes:
        # A partial index, or one over an expression such as lower(name), leaves duplicates.
        partial = any(
            options.get("where") is not None for options in index.dialect_options.values()
        )
        if index.unique and not partial and {*index.expressions} == {*index.columns}:
            yield {*index.columns}
