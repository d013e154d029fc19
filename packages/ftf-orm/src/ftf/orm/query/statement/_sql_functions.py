"""SUM and AVG, with results of the type of their column."""

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
    """A sum of integers, for which PostgreSQL returns a Decimal."""

    impl: BigInteger = BigInteger()
    cache_ok: bool | None = True

    def process_result_value(self, value: object, _: Dialect) -> int | None:
        """Return the sum as an integer."""
        return None if value is None else int(str(value))


class _Average(TypeDecorator[float]):
    """An average of values that a TypeDecorator converts.

    Args:
        own: The TypeDecorator.
    """

    impl: Numeric[Any] = Numeric()
    cache_ok: bool | None = True

    def __init__(self, own: TypeDecorator[Any]) -> None:
        super().__init__()
        self.own = own

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type that the column's type converts from: Numeric, or Float for a Float."""
        is_float = isinstance(self.own.load_dialect_impl(dialect), Float)
        return Float() if is_float else Numeric(38, 16)

    def process_result_value(self, value: object, dialect: Dialect) -> float | None:
        """Return the average, converted like a value of the column."""
        converted: Any = self.own.process_result_value(value, dialect)
        return None if converted is None else float(converted)


def total[V](column: SQLColumnExpression[V]) -> ColumnElement[V]:
    """Return the SUM of a column, with the type of the column."""
    own = element(column).type
    return func.sum(column, type_=_Whole() if isinstance(own, Integer) else own)


def average(column: SQLColumnExpression[object]) -> ColumnElement[float]:
    """Return the AVG of a column, converted by its type."""
    own = element(column).type
    if not isinstance(own, TypeDecorator) or not _converts(own):
        return func.avg(column).cast(Float)
    return func.avg(column, type_=_Average(own))


def _converts(kind: TypeDecorator[Any]) -> bool:
    return type(kind).process_result_value is not TypeDecorator.process_result_value


def refuse_total(column: SQLColumnExpression[Any], dialect: Dialect) -> None:
    """Raise for a SUM of a column without numbers, which databases treat differently.

    Raises:
        TypeError: It is neither a number nor an interval type of the database.
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
    """Raise for an AVG of a column without numbers.

    Raises:
        TypeError: It is not a number.
    """
    refuse_total(column, dialect)
    if isinstance(element(column).type, Interval):
        raise TypeError(f"{column} is a length of time, not a number: divide sum() by count()")
