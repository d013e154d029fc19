"""Values as texts: each kind is read strictly and in ASCII, and anything else is refused."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from uuid import UUID

type Read = Callable[[str], object]

_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,19}")
_DECIMAL = re.compile(r"(-?)(0|[1-9][0-9]*)(?:\.([0-9]+))?")
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Newer versions of Python read 24:00 as the next day.
CLOCK = r"(?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:\.[0-9]{1,6})?)?"
_CLOCK = re.compile(CLOCK)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_MOST_DIGITS = 38


@dataclass
class Refused(Exception):  # noqa: N818  # raised and caught within this room
    """A value is not one that its parameter takes.

    Args:
        code: What is wrong, for programs.
        detail: What is wrong, for people, without the value.
        params: The facts of the detail.
        allowed: The values that are taken, where that is a list.
    """

    code: str
    detail: str
    params: Mapping[str, object] = field(default_factory=dict)
    allowed: tuple[str, ...] | None = None


def integer(least: int, most: int) -> Read:
    """Return the reader of integers in a range."""

    def read(text: str) -> int:
        if not _INTEGER.fullmatch(text):
            raise Refused("integer", "must be an integer in digits, without leading zeros")
        if not least <= (value := int(text)) <= most:
            raise Refused("out_of_range", *between(least, most))
        return value

    return read


def between(least: object, most: object) -> tuple[str, dict[str, object]]:
    """Return the detail and the facts of a value out of its range."""
    return f"must be from {least} to {most}", {"minimum": least, "maximum": most}


def decimal(precision: int | None, scale: int | None) -> Callable[[str], Decimal]:
    """Return the reader of decimal numbers.

    Args:
        precision: The number of digits that the column has, if it is limited.
        scale: How many of them are behind the point.
    """
    places = _MOST_DIGITS if scale is None else scale
    whole = _MOST_DIGITS if precision is None else precision - (scale or 0)

    def read(text: str) -> Decimal:
        if not (match := _DECIMAL.fullmatch(text)):
            raise Refused("decimal", "must be a decimal number, such as 12 or -0.5")
        before, behind = match[2].lstrip("0"), (match[3] or "").rstrip("0")
        if len(before) > whole or len(before) + len(behind) > _MOST_DIGITS:
            detail = f"must have at most {whole} digits before the point"
            raise Refused("out_of_range", detail, {"max_whole_digits": whole})
        if len(behind) > places:
            detail = f"must have at most {places} digits behind the point"
            raise Refused("decimal_places", detail, {"decimal_places": places})
        return Decimal(text)

    return read


def float_number(text: str) -> float:
    """Return a decimal number as a float."""
    return float(decimal(None, None)(text))


def boolean(text: str) -> bool:
    """Return a truth value."""
    if text not in _BOOLEANS:
        raise Refused("boolean", "must be true or false", allowed=tuple(_BOOLEANS))
    return _BOOLEANS[text]


def uuid(text: str) -> UUID:
    """Return a UUID that is written in 36 characters."""
    if not _UUID.fullmatch(text):
        raise Refused("uuid", "must be a UUID of 36 characters")
    return UUID(text)


def uuid_text(text: str) -> str:
    """Return the text of a UUID, for a column that has it as a text."""
    return str(uuid(text))


def text_of(longest: int) -> Read:
    """Return the reader of texts of a length that a database can store."""

    def read(text: str) -> str:
        refuse_characters(text)
        if len(text) > longest:
            detail = f"must have at most {longest} characters"
            raise Refused("too_long", detail, {"max_length": longest})
        return text

    return read


def refuse_characters(text: str) -> None:
    """Raise for characters that databases do not store.

    Raises:
        Refused: There is a NUL, or half of a character that has two parts in UTF-16.
    """
    unpaired = not text.isascii() and any("\ud800" <= character <= "\udfff" for character in text)
    if unpaired or "\x00" in text:
        raise Refused("characters", "must not contain NUL or an unpaired surrogate")


def one_of(values: Mapping[str, object]) -> Read:
    """Return the reader of one of several values, by their texts."""
    allowed = tuple(values)

    def read(text: str) -> object:
        if text not in values:
            raise Refused("enum", "must be one of the allowed values", allowed=allowed)
        return values[text]

    return read


def day(text: str) -> date:
    """Return a date."""
    if not _DATE.fullmatch(text):
        raise Refused("date", "must be a date, such as 2026-01-31")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Refused("date", "must be a date that exists") from None


def clock(text: str) -> time:
    """Return a time of day."""
    if not _CLOCK.fullmatch(text):
        raise Refused("time_of_day", "must be a time of day, such as 09:30 or 09:30:15")
    return time.fromisoformat(text)
