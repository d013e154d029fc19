"""Generated values for the columns of a model that need one."""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sqlalchemy import Column, ColumnElement, Table
    from sqlalchemy.orm import Mapper

    from ._source import Source

_ATTEMPTS = 100
_ATTEMPTS_IN_A_SHARED_KEY = 10


class FactoryError(Exception):
    """A factory cannot make the requested record."""


def construct(mapper: "Mapper[Any]", values: Mapping[str, object]) -> object:
    """Return an instance of a model; what a dataclass's `__init__` does not take is assigned."""
    model = mapper.class_
    assigned = {each.name for each in _fields(model) if not each.init and each.name in values}
    made: object = model(**{name: values[name] for name in values if name not in assigned})
    for name in assigned:
        setattr(made, name, values[name])
    return made


def generated(mapper: "Mapper[Any]", given: set[str], source: "Source") -> dict[str, object]:
    """Generate the values that a row requires and that are not given.

    A column that is nullable, has a default or is a foreign key gets no value, or `None` if the
    `__init__` of a dataclass requires one.

    Raises:
        FactoryError: A value is required that cannot be generated.
    """
    parts = {part.key for each in mapper.composites if each.key in given for part in each.props}
    asked = {each.name for each in _fields(mapper.class_) if each.init and not _has_default(each)}
    empty = dict.fromkeys(each.key for each in mapper.column_attrs if each.key in asked - given)
    return empty | {
        name: _generate(mapper.class_, name, column, source)
        for name, column in _required(mapper)
        if name not in given | parts
    }


def _generate(model: type, name: str, column: "Column[Any]", source: "Source") -> object:
    where = f"{model.__name__}.{name}"
    try:
        from ._polyfactory import generate
    except ImportError as error:
        remedy = (
            "Put one into `definition`, or install ftf-testing[factories], which generates one."
        )
        raise FactoryError(f"{where} needs a value. {remedy}") from error
    alone, shared = _unique_keys(column)
    for _ in range(_ATTEMPTS if alone else _ATTEMPTS_IN_A_SHARED_KEY if shared else 1):
        try:
            value = generate(model, column, source)
        except Exception as error:
            problem = f"No value of type {column.type!r} can be generated for {where}."
            raise FactoryError(f"{problem} Put one into `definition`.") from error
        if not (alone or shared) or source.take((model, name, value)):
            return value
    if not alone:
        return value  # the other columns of the key can differ
    problem = f"No more values can be generated for {where}, which is unique."
    raise FactoryError(f"{problem} Put one into `definition`, computed from its `number`.")


def _required(mapper: "Mapper[Any]") -> "Iterator[tuple[str, Column[Any]]]":
    from sqlalchemy import Column

    initialised = {
        each.name for each in _fields(mapper.class_) if not each.init or _has_default(each)
    }
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


def _fields(model: type) -> tuple[Field[Any], ...]:
    return fields(model) if is_dataclass(model) else ()


def _has_default(field: Field[Any]) -> bool:
    return field.default is not MISSING or field.default_factory is not MISSING


def _unique_keys(column: "Column[Any]") -> tuple[bool, bool]:
    """Return whether a column is unique by itself, and whether together with other columns."""
    from sqlalchemy import UniqueConstraint

    table = _table(column)
    keys: list[Any] = [each for each in table.constraints if isinstance(each, UniqueConstraint)]
    indexes = (each for each in table.indexes if each.unique)
    groups = [table.primary_key.columns, *(each.columns for each in (*keys, *indexes))]
    sizes = {len(group) for group in groups if column in set(group)}
    return 1 in sizes, bool(sizes - {1})


def _table(column: "Column[Any]") -> "Table":
    table: Any = (
        column.table
    )  # its declared type is wider: a mapper can also select from a subquery
    return table  # type: ignore[no-any-return]
