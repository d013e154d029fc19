"""Types of parameters and fields, as narrow as the columns that they are stored in.

The OpenAPI document has their limits and formats. Pydantic checks them wherever they stand: in
paths, queries, bodies and nested schemas.
"""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Final
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

if TYPE_CHECKING:
    from sqlalchemy.orm import DeclarativeBase

__all__ = [
    "AwareDatetime",
    "BigId",
    "Email",
    "Id",
    "Line",
    "Money",
    "PageNumber",
    "PageSize",
    "Slug",
    "Text",
    "key_of",
]

_DIGITS: Final = re.compile("-?[1-9][0-9]*|0")
_ADDRESS: Final = re.compile(r"[^@\s<>()\[\],;:\\\"]+@[^@\s.<>]+(\.[^@\s.<>]+)+")
_LARGEST_DIGITS: Final = 20  # of 64 bits, and a sign


def _number(value: object) -> object:
    """Return a value that may be an integer: pydantic's `int` takes `true`, "+7" and "1_0" too."""
    if isinstance(value, bool) or (
        isinstance(value, str)
        and (len(value) > _LARGEST_DIGITS or _DIGITS.fullmatch(value) is None)
    ):
        raise PydanticCustomError("int_parsing", "Input should be a valid integer")
    return value


def _storable(text: str) -> str:
    """Return a text that every database can hold; pydantic refuses lone surrogates itself."""
    if "\0" in text:
        raise PydanticCustomError("nul", "Input should not have NUL characters")
    return text


def _one_line(text: str) -> str:
    if len(_storable(text).splitlines()) > 1:
        raise PydanticCustomError("line", "Input should be one line")
    return text


def _address(text: str) -> str:
    if _ADDRESS.fullmatch(_storable(text)) is None:
        raise PydanticCustomError("email", "Input should be an e-mail address")
    return text


Id = Annotated[int, Field(ge=1, le=2**31 - 1), BeforeValidator(_number)]
"""The key of a record, as an `Integer` column holds it: from 1 to 2,147,483,647."""

BigId = Annotated[int, Field(ge=1, le=2**63 - 1), BeforeValidator(_number)]
"""The key of a record, as a `BigInteger` column holds it."""

PageNumber = Annotated[int, Field(ge=1, le=1_000_000), BeforeValidator(_number)]
"""The number of a page, from 1 to 1,000,000."""

PageSize = Annotated[int, Field(ge=1, le=100), BeforeValidator(_number)]
"""How many records a page has, from 1 to 100."""

Text = Annotated[str, StringConstraints(min_length=1), AfterValidator(_storable)]
"""A text of one character at least, without NUL."""

Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_one_line),
]
"""A text on one line of 200 characters at most; space around it is removed."""

Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=254),
    AfterValidator(_address),
    Field(json_schema_extra={"format": "email"}),
]
"""An address such as `ada@example.com`. Only an e-mail to it shows whether it exists."""

Slug = Annotated[str, StringConstraints(max_length=100, pattern="^[a-z0-9]+(-[a-z0-9]+)*$")]
"""A name in a URL: lower-case letters and digits, with single hyphens between them."""

Money = Annotated[
    Decimal,
    Field(max_digits=12, decimal_places=2),
    WithJsonSchema({"type": "string", "format": "decimal", "examples": ["12.50"]}),
]
"""An amount with two decimal places, of 12 digits at most; JSON has it as a string."""


def key_of(model: "type[DeclarativeBase]") -> object:
    """Return the type of a model's primary key, as `/{id}` reads it.

    Args:
        model: A model with one key column.

    Returns:
        An annotation: a UUID, an integer of the column's width, or a text of its length.

    Raises:
        TypeError: The key has several columns, or a type that a path cannot hold.
    """
    from sqlalchemy import BigInteger, Integer, SmallInteger, String, Uuid, inspect  # noqa: PLC0415

    columns = inspect(model).primary_key
    if len(columns) != 1:
        names = ", ".join(column.name for column in columns)
        raise TypeError(
            f"{model.__name__} has a primary key of several columns, {names}: no single part of a "
            "path can name a record. Add a key of one column, or write the routes by hand."
        )
    match columns[0].type:
        case Uuid():
            return UUID
        case Integer() as whole:
            widths: dict[type, int] = {SmallInteger: 15, BigInteger: 63}
            most: int = 2 ** next((widths[of] for of in type(whole).__mro__ if of in widths), 31)
            return Annotated[int, Field(ge=-most, le=most - 1), BeforeValidator(_number)]
        case String() as text:
            most_characters = StringConstraints(min_length=1, max_length=text.length)
            return Annotated[str, most_characters, AfterValidator(_storable)]
    raise TypeError(
        f"{model.__name__} has a primary key of the type {columns[0].type!r}, which a path cannot "
        "hold: use an integer, a UUID or a text."
    )
