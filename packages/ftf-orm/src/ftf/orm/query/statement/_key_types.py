"""The types and ranges of primary keys: keys that no row can have are left out."""

from collections.abc import Callable, Iterable
from decimal import Decimal

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
from ...exceptions._text import text_of

type Row = tuple[object, ...]


def possible_keys[T](mapper: Mapper[T], dialect: Dialect, keys: Iterable[object]) -> list[Row]:
    """Return the possible keys as tuples; a key with None, NUL or 2**63 is impossible.

    Raises:
        InvalidValue: A key is not of the type of its column, which databases treat differently.
        ValueError: A key has the wrong number of columns.
    """
    columns = mapper.primary_key
    rows = [key if isinstance(key, tuple) else (key,) for key in keys]
    for row in rows:
        if len(row) != len(columns):
            name, size = mapper.class_.__name__, len(columns)
            raise ValueError(f"a key of {name} has {size} columns, unlike {text_of(row)}")
    for place, column in enumerate(columns):
        is_possible = can_have(column, dialect)
        rows = [row for row in rows if is_possible(row[place])]
    return rows


def refuse_other_type[V](column: ColumnElement[V], key: object) -> None:
    """Raise for a key that is not of its column's type, which databases treat differently.

    Raises:
        InvalidValue: It is not of the type.
    """
    if not isinstance(key, kind := _python_type(column)):
        raise _other_type(column, key, kind)


def can_have[V](column: ColumnElement[V], dialect: Dialect) -> Callable[[object], bool]:
    """Return a function that returns whether a row can have a value.

    The function raises `InvalidValue` for one that is not of the type of the column.
    """
    kind, limit = _python_type(column), 1 << (_bits(column, dialect) - 1)
    overflow = _overflow(column, dialect)

    def is_possible(key: object) -> bool:
        if key is None:
            return False
        if not isinstance(key, kind):
            raise _other_type(column, key, kind)
        if overflow is not None and isinstance(key, int | Decimal):
            number = Decimal(key)
            return number.is_nan() or abs(number) < overflow
        if isinstance(key, int):
            return -limit <= key < limit
        return not isinstance(key, str) or is_text(key, dialect)

    return is_possible


def _other_type[V](column: ColumnElement[V], key: object, kind: type) -> InvalidValue:
    return InvalidValue(f"{column} takes {kind.__name__}, so that {text_of(key)} cannot be a key")


def _python_type[V](column: ColumnElement[V]) -> type:
    if isinstance(column.type, TypeDecorator | Numeric | Float):  # these convert their values
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


def _overflow[V](column: ColumnElement[V], dialect: Dialect) -> Decimal | None:
    """Return the smallest number that a NUMERIC column does not hold, once it is rounded."""
    stored = column.type
    if dialect.name == "sqlite" or not isinstance(stored, Numeric) or isinstance(stored, Float):
        return None
    scale = stored.scale or 0
    if stored.precision is None or stored.precision < scale:
        return None
    return Decimal("9" * (stored.precision - scale) + "." + "9" * scale + "5")


def is_text(key: str, dialect: Dialect) -> bool:
    """Return whether a database can have a text."""
    if "\x00" in key and dialect.name == "postgresql":
        return False
    return key.isascii() or not any("\ud800" <= character <= "\udfff" for character in key)
