"""Rows of a model's table, by the names of its columns."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, cast

from sqlalchemy import ClauseElement, Column, Table, inspect
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute

from ..query import Key, Values, columns_of

type Row = dict[str, Any]
"""The values of a row by `Column.key`."""


def rows_of[K: Key](model: type[DeclarativeBase], rows: Iterable[Values[K]]) -> list[Row]:
    """Return rows by column.

    Raises:
        AttributeError: The model has no such column.
        TypeError: A row is not a mapping, or a record of the model is stored in several tables.
        ValueError: A value is a SQL expression.
    """
    known: dict[tuple[object, ...], tuple[str, ...]] = {}
    found = []
    for number, row in enumerate(rows):
        if not isinstance(row, Mapping):
            raise TypeError(f"row {number} is not a mapping from columns to values: {row!r}")
        keys = tuple(row)
        if keys not in known:
            known[keys] = tuple(column.key for column in columns_of(model, row).values())
        found.append(dict(zip(known[keys], row.values(), strict=True)))
    _refuse_expressions(found)
    return found


def grouped(rows: Iterable[Row]) -> Iterator[tuple[list[int], list[Row]]]:
    """Yield the rows that have values for the same columns, with their places."""
    groups: dict[frozenset[str], tuple[list[int], list[Row]]] = {}
    for place, row in enumerate(rows):
        places, part = groups.setdefault(frozenset(row), ([], []))
        places.append(place)
        part.append(row)
    yield from groups.values()


def with_implied(mapper: Mapper[Any], rows: Iterable[Row]) -> list[Row]:
    """Return new rows with what the mapper sets: the first version, the kind of a hierarchy."""
    implied: Row = {}
    version, generate = mapper.version_id_col, mapper.version_id_generator
    if version is not None and generate:
        implied[str(version.key)] = generate(None)
    kind = mapper.polymorphic_on
    if isinstance(kind, Column) and mapper.polymorphic_identity is not None:
        implied[kind.key] = mapper.polymorphic_identity
    return [{**implied, **row} for row in rows] if implied else [*rows]


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table of a model."""
    return cast("Table", inspect(model).local_table)


def has_expression(row: Mapping[str, object]) -> bool:
    """Return whether a value of a row is a SQL expression."""
    return any(isinstance(value, ClauseElement | QueryableAttribute) for value in row.values())


def _refuse_expressions(rows: Iterable[Row]) -> None:
    for number, row in enumerate(rows):
        if has_expression(row):
            raise ValueError(
                f"row {number} has a SQL expression, and rows take values alone: "
                f"use create() or query().update() for {row}"
            )
