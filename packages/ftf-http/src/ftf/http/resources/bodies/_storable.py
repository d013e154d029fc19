"""Values of a body that a column does not hold, as faults at their fields."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel
from sqlalchemy import Column, Dialect, inspect
from sqlalchemy.orm import DeclarativeBase

from ftf.orm import InvalidValue
from ftf.orm.query import can_have

from ._change import steps_to

_REFUSED = (ArithmeticError, AttributeError, InvalidValue, LookupError, TypeError, ValueError)


@contextmanager
def naming_fields(
    values: Mapping[str, object],
    model: type[DeclarativeBase],
    body: type[BaseModel],
    dialect: Dialect,
) -> Iterator[None]:
    """Replace an `InvalidValue` of the block by faults at the fields whose values are refused.

    Args:
        values: The values that the block stores, by attribute.
        model: The model.
        body: The schema of the body, for the names that clients use.
        dialect: That of the database.

    Raises:
        RequestValidationError: A column does not hold a value of the body.
    """
    try:
        yield
    except InvalidValue as error:
        if type(error) is not InvalidValue:  # subclasses name what they are about
            raise
        columns = inspect(model).columns
        faults = [
            {"loc": ("body", *steps_to(body, name)), **fault}
            for name, value in values.items()
            if (fault := _fault(columns[name], value, dialect)) is not None
        ]
        if not faults:  # a value of a hook
            raise
        raise RequestValidationError(faults) from error


def _fault(column: Column[Any], value: object, dialect: Dialect) -> dict[str, object] | None:
    """Return why a column does not hold a value, if so."""
    if value is None:
        return None
    bind = column.type.dialect_impl(dialect).bind_processor(dialect)
    try:
        if bind is not None:
            bind(value)
        if not isinstance(value, Decimal | int | str) or can_have(column, dialect)(value):
            return _too_long(column, value, dialect)
    except _REFUSED:
        if isinstance(value, datetime) and value.tzinfo is None:
            return {"type": "timezone_aware", "msg": "Input should have timezone info"}
    return {"type": "not_storable", "msg": "Input should be a value that can be stored"}


def _too_long(column: Column[Any], value: object, dialect: Dialect) -> dict[str, object] | None:
    longest: int | None = getattr(column.type, "length", None)
    is_longer = isinstance(value, str) and longest is not None and len(value) > longest
    if not is_longer or dialect.name == "sqlite":
        return None
    message = f"String should have at most {longest} characters"
    return {"type": "string_too_long", "msg": message, "ctx": {"max_length": longest}}
