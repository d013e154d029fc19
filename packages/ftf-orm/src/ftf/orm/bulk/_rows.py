"""Rows of a model's table, by the names of its columns."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter, methodcaller
from typing import Any, cast

from sqlalchemy import ClauseElement, Column, Table, inspect
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute

from ..exceptions._text import text_of
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
    given = [*rows]
    for kind in {*map(type, given)}:
        if not issubclass(kind, Mapping):
            number = next(number for number, row in enumerate(given) if type(row) is kind)
            row = text_of(given[number])
            raise TypeError(f"row {number} is not a mapping from columns to values: {row}")
    columns = columns_in(given)
    if columns is not None and _names(model, columns) == tuple(columns):  # no row has to be copied
        found = cast("list[Row]", given)
        values = chain.from_iterable(columns.values())
    else:
        names = {keys: _names(model, keys) for keys in {*map(tuple, given)}}
        found = [dict(zip(names[tuple(row)], row.values(), strict=True)) for row in given]
        values = chain.from_iterable(map(methodcaller("values"), found))
    if _any_is_expression(values):
        number = next(number for number, row in enumerate(found) if has_expression(row))
        raise ValueError(
            f"row {number} has a SQL expression, and rows take values alone: "
            f"use create() or query().update() for {found[number]}"
        )
    return found


def columns_in[K](rows: Sequence[Mapping[K, object]]) -> dict[K, list[object]] | None:
    """Return the values of rows by column, or None if they are not for the same columns."""
    # Of other mappings, such as defaultdict, a missing key may not be an error.
    if {*map(type, rows)} - {dict} or len({*map(len, rows)}) > 1:
        return None
    try:
        return {key: [*map(itemgetter(key), rows)] for row in rows[:1] for key in row}
    except KeyError:
        return None


def grouped(rows: Iterable[Row]) -> Iterator[tuple[Sequence[int], list[Row]]]:
    """Yield the rows that have values for the same columns, with their places."""
    every = [*rows]
    if every and columns_in(every) is not None:  # the common case, in less time
        yield range(len(every)), every
        return
    groups: dict[frozenset[str], tuple[list[int], list[Row]]] = {}
    for place, row in enumerate(every):
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


def _names[K: Key](model: type[DeclarativeBase], keys: Iterable[K]) -> tuple[str, ...]:
    return tuple(column.key for column in columns_of(model, keys).values())


def has_expression(row: Mapping[str, object]) -> bool:
    """Return whether a value of a row is a SQL expression."""
    return _any_is_expression(row.values())


def _any_is_expression(values: Iterable[object]) -> bool:
    """Return whether any of the values is a SQL expression."""
    kinds = {*map(type, values)}
    return any(issubclass(kind, ClauseElement | QueryableAttribute) for kind in kinds)
