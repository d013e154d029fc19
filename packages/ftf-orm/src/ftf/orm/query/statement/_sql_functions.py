"""Sums and averages in SQL, of the types that their columns promise."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnElement,
    Date,
    DateTime,
    Dialect,
    Float,
    Integer,
    Interval,
    LargeBinary,
    Numeric,
    SQLColumnExpression,
    String,
    Time,
    TypeDecorator,
    Uuid,
    func,
)
from sqlalchemy.types import TypeEngine

from ._expressions import element

_NO_NUMBERS = (Boolean, Date, DateTime, JSON, LargeBinary, Time, Uuid)


class _Whole(TypeDecorator[int]):
    """A sum of whole numbers, which PostgreSQL makes a Decimal so that it does not overflow."""

    impl: BigInteger = BigInteger()
    cache_ok: bool | None = True

    def process_result_value(self, value: object, _: Dialect) -> int | None:
        """Return the whole number."""
        return None if value is None else int(str(value))


class _Average(TypeDecorator[float]):
    """An average of values that a type of the user's own converts.

    Args:
        own: That type.
    """

    impl: Numeric[Any] = Numeric()
    cache_ok: bool | None = True

    def __init__(self, own: TypeDecorator[Any]) -> None:
        super().__init__()
        self.own = own

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Read what the column's type is made to convert: a Decimal, unless it is a float."""
        is_float = isinstance(self.own.load_dialect_impl(dialect), Float)
        return Float() if is_float else Numeric(38, 16)

    def process_result_value(self, value: object, dialect: Dialect) -> float | None:
        """Convert the average as if it were a value of the column."""
        converted: Any = self.own.process_result_value(value, dialect)
        return None if converted is None else float(converted)


def total[V](column: SQLColumnExpression[V]) -> ColumnElement[V]:
    """Add up the values of a column, in its own type."""
    own = element(column).type
    return func.sum(column, type_=_Whole() if isinstance(own, Integer) else own)


def average(column: SQLColumnExpression[object]) -> ColumnElement[float]:
    """Average the values of a column, as its type converts them."""
    own = element(column).type
    if not isinstance(own, TypeDecorator) or not _converts(own):
        return func.avg(column).cast(Float)
    return func.avg(column, type_=_Average(own))


def _converts(kind: TypeDecorator[Any]) -> bool:
    return type(kind).process_result_value is not TypeDecorator.process_result_value


def refuse_total(column: SQLColumnExpression[Any], dialect: Dialect) -> None:
    """Refuse to add up what is not a number: databases differ in what they make of it.

    Raises:
        TypeError: It is not a number, nor a length of time that the database knows.
    """
    own = element(column).type
    stored = own.dialect_impl(dialect)
    while isinstance(stored, TypeDecorator):
        stored = stored.load_dialect_impl(dialect)
    if isinstance(own, String) or isinstance(stored, _NO_NUMBERS):
        raise TypeError(
            f"{column} is stored as {stored!r} on {dialect.name}, which is not a number: add up "
            "a column with numbers, such as seconds"
        )


def refuse_average(column: SQLColumnExpression[Any], dialect: Dialect) -> None:
    """Refuse to average what is not a number.

    Raises:
        TypeError: It is not a number.
    """
    refuse_total(column, dialect)
    if isinstance(element(column).type, Interval):
        raise TypeError(f"{column} is a length of time, not a number: divide sum() by count()")
