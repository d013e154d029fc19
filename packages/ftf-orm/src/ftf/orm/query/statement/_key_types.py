"""Which primary keys a row can have."""

from collections.abc import Callable, Iterable

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Dialect,
    Float,
    Integer,
    Numeric,
    SmallInteger,
    TypeDecorator,
)
from sqlalchemy.orm import Mapper

from ...exceptions import InvalidValue

type Row = tuple[object, ...]


def possible_keys[T](mapper: Mapper[T], dialect: Dialect, keys: Iterable[object]) -> list[Row]:
    """Return the keys that a row can have, each as a tuple; no row has None, NUL or 2**63 in one.

    Raises:
        InvalidValue: A key is of another type than its column, which databases differ about.
        ValueError: A key has another number of columns.
    """
    columns = mapper.primary_key
    rows = [key if isinstance(key, tuple) else (key,) for key in keys]
    for row in rows:
        if len(row) != len(columns):
            name, size = mapper.class_.__name__, len(columns)
            raise ValueError(f"a key of {name} has {size} columns, unlike {row}")
    for place, column in enumerate(columns):
        can_have = _can_have(column, dialect)
        rows = [row for row in rows if can_have(row[place])]
    return rows


def refuse_other_type[V](column: ColumnElement[V], key: object) -> None:
    """Refuse a key that is not of its column's type: databases differ in what they make of it.

    Raises:
        InvalidValue: It is of another type.
    """
    if not isinstance(key, kind := _python_type(column)):
        raise _other_type(column, key, kind)


def _can_have[V](column: ColumnElement[V], dialect: Dialect) -> Callable[[object], bool]:
    """Return a function that returns whether a row can have a key."""
    kind, limit = _python_type(column), 1 << (_bits(column, dialect) - 1)

    def can_have(key: object) -> bool:
        if key is None:
            return False
        if not isinstance(key, kind):
            raise _other_type(column, key, kind)
        if isinstance(key, int):
            return -limit <= key < limit
        return not isinstance(key, str) or _is_text(key, dialect)

    return can_have


def _other_type[V](column: ColumnElement[V], key: object, kind: type) -> InvalidValue:
    return InvalidValue(f"{column} takes {kind.__name__}, so that {key!r} cannot be a key")


def _python_type[V](column: ColumnElement[V]) -> type:
    if isinstance(column.type, TypeDecorator | Numeric | Float):  # convert what they are given
        return object
    try:
        return column.type.python_type
    except NotImplementedError:  # pragma: no cover  # before SQLAlchemy 2.1
        return object


def _bits[V](column: ColumnElement[V], dialect: Dialect) -> int:
    stored = column.type.dialect_impl(dialect)
    if dialect.name == "sqlite" or not isinstance(stored, Integer):
        return 64
    if isinstance(stored, SmallInteger):
        return 16
    return 64 if isinstance(stored, BigInteger) else 32


def _is_text(key: str, dialect: Dialect) -> bool:
    if "\x00" in key and dialect.name == "postgresql":
        return False
    return key.isascii() or not any("\ud800" <= character <= "\udfff" for character in key)
