"""Values by column: what a record is found by, or made of."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

type Key = QueryableAttribute[object] | str
type Values[K: Key] = Mapping[K, object]


def named[K: Key](model: type[DeclarativeBase], values: Values[K]) -> dict[str, object]:
    """Name the attributes that values belong to.

    Raises:
        AttributeError: The model has no such attribute.
    """
    return {_name(model, key): value for key, value in values.items()}


def equal_to[K: Key](model: type[DeclarativeBase], values: Values[K]) -> list[ColumnElement[bool]]:
    """Ask for records with the values; None stands for no value.

    Raises:
        AttributeError: The model has no such attribute.
        ValueError: There are no values.
    """
    if not values:
        raise ValueError(f"nothing tells which {model.__name__} is meant: match has no values")
    return [getattr(model, name) == value for name, value in named(model, values).items()]


def _name(model: type[DeclarativeBase], key: Key) -> str:
    mapper = inspect(model)
    name = key if isinstance(key, str) else key.key
    foreign = not isinstance(key, str) and not mapper.isa(key.parent.mapper)
    if foreign or name not in mapper.all_orm_descriptors:
        raise AttributeError(f"{model.__name__} has no attribute {key}")
    return name
