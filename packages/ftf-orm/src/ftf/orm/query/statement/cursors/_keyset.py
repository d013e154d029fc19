"""`Keyset`: the columns that a list is sorted by, and the condition for what follows a record."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Column as TableColumn
from sqlalchemy import (
    ColumnElement,
    Dialect,
    Enum,
    Float,
    FromClause,
    Label,
    Numeric,
    TypeDecorator,
    UnaryExpression,
    and_,
    bindparam,
    false,
    or_,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.sql import operators
from sqlalchemy.types import NullType

from .._direction import is_descending, without_direction
from .._expressions import Column, element
from .._key_types import is_text

_OF_SQLITE = (int, float, str, bytes)


@dataclass(frozen=True, slots=True)
class SortKey:
    """One column of an order, in which NULL has a place.

    Args:
        by: The column, the expression, or the label of a computed value.
        descending: Whether the greatest value is first.
        nulls_first: Whether NULL comes before all values.
        nullable: Whether it can be NULL.
    """

    by: ColumnElement[Any]
    descending: bool
    nulls_first: bool
    nullable: bool

    @classmethod
    def of(cls, by: Column, tables: Collection[FromClause]) -> "SortKey":
        """Return the key of a column of an order; without a place, NULL is the greatest value.

        Args:
            by: The column with its direction.
            tables: The tables of the model, whose columns have values unless they are nullable.
        """
        column, descending = without_direction(by), is_descending(by)
        own = isinstance(column, TableColumn) and column.table in tables
        modifiers = {*_modifiers(by)}
        nulls_first = operators.nulls_first_op in modifiers or (
            descending and operators.nulls_last_op not in modifiers
        )
        return cls(column, descending, nulls_first, nullable=not own or column.nullable)

    @property
    def value(self) -> ColumnElement[Any]:
        """What the database has, which no type converts; a condition cannot refer to a label.

        It is exact, which a column's type need not be: SQLite's Numeric rounds.
        """
        value = self.by.element if isinstance(self.by, Label) else self.by
        return type_coerce(value, NullType())

    @property
    def order(self) -> Column:
        """The column with its direction, and with the place of NULL."""
        by: ColumnElement[Any] = self.by.desc() if self.descending else self.by.asc()
        if not self.nullable:
            return by
        return by.nulls_first() if self.nulls_first else by.nulls_last()

    @property
    def reversed(self) -> "SortKey":
        """The key of the opposite order."""
        return replace(self, descending=not self.descending, nulls_first=not self.nulls_first)

    def can_be(self, value: object, dialect: Dialect) -> bool:
        """Return whether a value that a client sent can be one of the database's."""
        if value is None:
            return self.nullable
        if isinstance(value, str) and not is_text(value, dialect):
            return False
        if dialect.name == "sqlite":
            return type(value) in _OF_SQLITE
        return (kind := _kind(self.by, dialect)) is object or type(value) is kind

    def precedes_null(self, value: object) -> bool:
        """Return whether NULL comes after a value."""
        return self.nullable and not self.nulls_first and value is not None

    def follows(self, value: object) -> ColumnElement[bool]:
        """Return the condition that the column's value comes after another one."""
        if value is None:
            return self.value.is_not(None) if self.nulls_first else false()
        after = self.value < bound(value) if self.descending else self.value > bound(value)
        return or_(after, self.value.is_(None)) if self.precedes_null(value) else after

    def equals(self, value: object) -> ColumnElement[bool]:
        """Return the condition that the column has a value."""
        return self.value.is_(None) if value is None else self.value == bound(value)


@dataclass(frozen=True, slots=True)
class Keyset:
    """The columns that a list is sorted by, of which no two records have all in common.

    Args:
        keys: The columns, in order.
    """

    keys: tuple[SortKey, ...]

    @property
    def order(self) -> tuple[Column, ...]:
        """The order, with the place of NULL, which databases put differently."""
        return tuple(key.order for key in self.keys)

    @property
    def reversed(self) -> "Keyset":
        """The opposite order."""
        return Keyset(tuple(key.reversed for key in self.keys))

    @property
    def columns(self) -> list[ColumnElement[Any]]:
        """The values to select beside a record."""
        return [key.value.label(f"sort_key_{place}") for place, key in enumerate(self.keys)]

    def fingerprint(self, dialect: Dialect) -> str:
        """Return a text that differs for any other order or database."""
        return "\n".join([dialect.name, *(_described(key, dialect) for key in self.keys)])

    def can_be(self, values: Sequence[object], dialect: Dialect) -> bool:
        """Return whether values that a client sent can be those of a record."""
        return len(values) == len(self.keys) and all(
            key.can_be(value, dialect) for key, value in zip(self.keys, values, strict=True)
        )

    def after(self, values: Sequence[object], *, inclusive: bool = False) -> ColumnElement[bool]:
        """Return the condition for what comes after a record.

        Args:
            values: The record's values of the columns.
            inclusive: Whether the record itself meets it.
        """
        pairs = [*zip(self.keys, values, strict=True)]
        one_way = len({key.descending for key in self.keys}) == 1
        if one_way and not any(value is None or key.precedes_null(value) for key, value in pairs):
            return self._compared_as_row(values, inclusive=inclusive)
        found: ColumnElement[bool] = true() if inclusive else false()
        for key, value in reversed(pairs):
            found = or_(key.follows(value), and_(key.equals(value), found))
        first, value = pairs[0]
        if value is None or first.precedes_null(value):
            return found
        # What the condition says already, in a form for which databases use an index.
        bound_of = operators.le if first.descending else operators.ge
        return and_(bound_of(first.value, bound(value)), found)

    def _compared_as_row(self, values: Sequence[object], *, inclusive: bool) -> ColumnElement[bool]:
        columns: Any = [key.value for key in self.keys]
        anchors: Any = [bound(value) for value in values]
        # SQLAlchemy refuses a tuple of one.
        one = len(columns) == 1
        left, right = (columns[0], anchors[0]) if one else (tuple_(*columns), tuple_(*anchors))
        if self.keys[0].descending:
            return left <= right if inclusive else left < right
        return left >= right if inclusive else left > right


def bound(value: object) -> ColumnElement[Any]:
    """Return a value of the database as a parameter, which no type converts again."""
    return bindparam(None, value, type_=NullType(), unique=True)


def _modifiers(by: Column) -> list[Any]:
    found, modifiers = element(by), []
    while isinstance(found, UnaryExpression) and found.modifier is not None:
        modifiers.append(found.modifier)
        found = found.element
    return modifiers


def _kind(value: ColumnElement[Any], dialect: Dialect) -> type:
    """Return the type of what PostgreSQL's driver returns for a column, or object."""
    stored = value.type.dialect_impl(dialect)
    while isinstance(stored, TypeDecorator):
        stored = stored.load_dialect_impl(dialect)
    if isinstance(stored, Enum):
        return str
    if isinstance(stored, Float | Numeric):
        return float if isinstance(stored, Float) else Decimal
    try:
        return stored.python_type
    except NotImplementedError:  # pragma: no cover  # before SQLAlchemy 2.1
        return object


def _described(key: SortKey, dialect: Dialect) -> str:
    facts = f"{key.descending} {key.nulls_first} "
    if isinstance(key.by, TableColumn):
        return f"{facts}{key.by.table}.{key.by.name}"
    compiled = key.value.compile(dialect=dialect)
    return f"{facts}{compiled} {compiled.params}"
