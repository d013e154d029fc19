"""What a row of a model cannot do without."""

from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.orm import Mapper

    from ._value_source import Source

_ATTEMPTS = 100


class FactoryError(Exception):
    """A factory cannot make what it is asked for."""


def invented(mapper: "Mapper[Any]", given: set[str], source: "Source") -> dict[str, object]:
    """Make up values for what has to be in a row and is not given.

    A column that may be empty, has a default or refers to another row is left alone.

    Raises:
        FactoryError: A value is needed that nothing can make up.
    """
    return {
        name: _invent(mapper.class_, name, column, source)
        for name, column in _required(mapper)
        if name not in given
    }


def _invent(model: type, name: str, column: "Column[Any]", source: "Source") -> object:
    where = f"{model.__name__}.{name}"
    try:
        from ._factory_values import invent
    except ImportError as error:
        remedy = "Put one into `definition`, or let ftf-testing[factories] make one up."
        raise FactoryError(f"{where} needs a value. {remedy}") from error
    for _ in range(_ATTEMPTS if _is_unique(column) else 1):
        try:
            value = invent(model, column, source)
        except Exception as error:
            problem = f"No value of type {column.type!r} can be made up for {where}."
            raise FactoryError(f"{problem} Put one into `definition`.") from error
        if not _is_unique(column) or source.take((model, name, value)):
            return value
    problem = f"No more values can be made up for {where}, which is unique."
    raise FactoryError(f"{problem} Put one into `definition`, made from its `number`.")


def _required(mapper: "Mapper[Any]") -> "Iterator[tuple[str, Column[Any]]]":
    from sqlalchemy import Column

    initialised = _initialised(mapper.class_)
    for attribute in mapper.column_attrs:
        column: ColumnElement[Any] = attribute.columns[0]
        if not isinstance(column, Column) or attribute.key in initialised:
            continue
        elsewhere = (column.default, column.server_default, column.computed, column.identity)
        by_mapper = (mapper.polymorphic_on, mapper.version_id_col)
        if not (
            column.nullable
            or column.foreign_keys
            or column is _table(column).autoincrement_column
            or any(each is not None for each in elsewhere)
            or any(each is column for each in by_mapper)
        ):
            yield attribute.key, column


def _initialised(model: type) -> set[str]:
    """Name the attributes that a dataclass sets by itself."""
    if not is_dataclass(model):
        return set()
    return {
        each.name
        for each in fields(model)
        if not each.init or each.default is not MISSING or each.default_factory is not MISSING
    }


def _is_unique(column: "Column[Any]") -> bool:
    from sqlalchemy import UniqueConstraint

    table = _table(column)
    keys: list[Any] = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexes = (each for each in table.indexes if each.unique)
    groups = [table.primary_key.columns, *(each.columns for each in (*keys, *indexes))]
    return any(list(group) == [column] for group in groups)


def _table(column: "Column[Any]") -> "Table":
    table: Any = column.table  # a wider type, for what a mapper can be of besides tables
    return table  # type: ignore[no-any-return]
