"""Values by column, which records are found by, created or updated with."""

from collections.abc import Iterable, Mapping
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, Integer, inspect
from sqlalchemy.orm import DeclarativeBase, Mapper, QueryableAttribute

type Key = QueryableAttribute[object] | str
type Values[K: Key] = Mapping[K, object]


def named[K: Key](model: type[DeclarativeBase], values: Values[K]) -> dict[str, object]:
    """Return values by the names of their attributes.

    Raises:
        AttributeError: The model has no such attribute.
    """
    return {_name(model, key): value for key, value in values.items()}


def equal_to[K: Key](model: type[DeclarativeBase], values: Values[K]) -> list[ColumnElement[bool]]:
    """Return the conditions for records with the values; None is compared by IS NULL.

    Raises:
        AttributeError: The model has no such attribute.
        ValueError: There are no values.
    """
    if not values:
        raise ValueError(f"match has no values: pass those that identify the {model.__name__}")
    return [getattr(model, name) == value for name, value in named(model, values).items()]


def columns_of[K: Key](
    model: type[DeclarativeBase], keys: Iterable[K]
) -> dict[K, "Column[object]"]:
    """Return the columns that keys stand for, by key.

    Raises:
        AttributeError: The model has no such column.
        TypeError: The model is stored in several tables.
    """
    mapper = inspect(model)
    refuse_several_tables(mapper)
    columns = {name: prop.columns[0] for name, prop in mapper.column_attrs.items()}
    found = {key: columns.get(_name(model, key)) for key in keys}
    for key, column in found.items():
        if not isinstance(column, Column):
            raise AttributeError(f"{key} is not a column of {model.__name__}'s table")  # noqa: TRY004  # a missing one
    return cast("dict[K, Column[object]]", found)


def refuse_several_tables(mapper: Mapper[Any]) -> None:
    """Raise for a model of joined inheritance, of which one statement cannot write a record.

    Raises:
        TypeError: It is one.
    """
    if any(len(part.tables) > 1 for part in mapper.self_and_descendants):
        raise TypeError(
            f"a {mapper.class_.__name__} is stored in several tables, which one statement cannot "
            "write: write each record by itself, with create(), update() or delete()"
        )


def next_version(mapper: Mapper[Any]) -> dict[ColumnElement[Any], object]:
    """Return the next value of the version column for an UPDATE, if Python counts versions."""
    version, generate = mapper.version_id_col, mapper.version_id_generator
    if version is None or not generate:
        return {}
    following = version + 1 if isinstance(version.type, Integer) else generate(None)
    return {version: following}


def _name(model: type[DeclarativeBase], key: Key) -> str:
    mapper = inspect(model)
    name = key if isinstance(key, str) else key.key
    foreign = not isinstance(key, str) and not mapper.isa(key.parent.mapper)
    if foreign or name not in mapper.all_orm_descriptors:
        raise AttributeError(f"{model.__name__} has no attribute {key}")
    return name
