"""Values by column, which a record is found by or created with."""

from collections.abc import Mapping

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.orm import DeclarativeBase, QueryableAttribute

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


def _name(model: type[DeclarativeBase], key: Key) -> str:
    mapper = inspect(model)
    name = key if isinstance(key, str) else key.key
    foreign = not isinstance(key, str) and not mapper.isa(key.parent.mapper)
    if foreign or name not in mapper.all_orm_descriptors:
        raise AttributeError(f"{model.__name__} has no attribute {key}")
    return name
