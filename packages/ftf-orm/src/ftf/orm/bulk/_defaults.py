"""The default values of columns that Python computes, for rows that SQLAlchemy does not compile."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table

from ._rows import Row


@dataclass(frozen=True, slots=True)
class RowContext:
    """What a default that depends on other columns is called with, as SQLAlchemy's context.

    Args:
        current_parameters: The values of the row so far.
    """

    current_parameters: Row

    def get_current_parameters(self, isolate_multiinsert_groups: bool = True) -> Row:  # noqa: FBT001, FBT002, ARG002  # as SQLAlchemy has it
        """Return the values of the row so far."""
        return self.current_parameters


def can_compute(table: Table, given: Collection[str]) -> bool:
    """Return whether Python can compute the defaults of all columns that are not given."""
    return all(
        column.default is None or _is_value(column) for column in table.c if column.key not in given
    )


def with_defaults(table: Table, rows: Sequence[Row]) -> list[Row]:
    """Return rows with the defaults that Python computes, of the columns that they all lack."""
    missing = [column for column in table.c if column.key not in rows[0] and _is_value(column)]
    if not missing:
        return [*rows]
    completed = [dict(row) for row in rows]
    for row in completed:
        for column in missing:
            row[column.key] = _value(column.default, row)
    return completed


def _is_value(column: Column[Any]) -> bool:
    default: Any = column.default
    return default is not None and (default.is_scalar or default.is_callable)


def on_update(table: Table) -> dict[ColumnElement[Any], object]:
    """Return the values that an update sets by itself."""
    return {
        column: _value(column.onupdate, {}) for column in table.c if column.onupdate is not None
    }


def _value(default: Any, row: Row) -> object:  # noqa: ANN401  # SQLAlchemy's classes have no common argument
    return default.arg(RowContext(row)) if default.is_callable else default.arg
