"""How single values are written as JSON and read back."""

import math
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import partial
from types import NoneType
from typing import Any, Final, NamedTuple
from uuid import UUID

from ..exceptions import UnreadableJob, UnwritableJob

type Json = bool | int | float | str | list[Json] | dict[str, Json] | None
type Write = Callable[[Any, str], Json]
type Read = Callable[[Any, str], object]


class Form(NamedTuple):
    """How values of one type are written and read; both are given the path of the field."""

    write: Write
    read: Read


def expect(value: object, kind: type, at: str) -> None:
    """Check that a value has a type.

    Raises:
        UnwritableJob: It does not.
    """
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise UnwritableJob(at, value, f"which is not of the type {kind.__name__}")


def _scalar(
    kind: type,
    write: Callable[[Any], Json] = lambda value: value,
    read: Callable[[Any], object] = lambda value: value,
    stored: type | tuple[type, ...] = str,
) -> Form:
    def checked(value: object, at: str) -> Json:
        expect(value, kind, at)
        try:
            return write(value)
        except ValueError as error:
            raise UnwritableJob(at, value, str(error)) from None

    def parsed(value: object, at: str) -> object:
        if not isinstance(value, stored) or (isinstance(value, bool) and kind is not bool):
            raise UnreadableJob(at, f"is stored as {value!r}, which is not a {kind.__name__}")
        try:
            return read(value)
        except (ValueError, ArithmeticError):
            message = f"is stored as {value!r}, which is not a {kind.__name__}"
            raise UnreadableJob(at, message) from None

    return Form(checked, parsed)


def _write_float(value: object, at: str) -> Json:
    if isinstance(value, int):  # type checkers take an int for a float
        expect(value, int, at)
        try:
            return float(value)
        except OverflowError:
            raise UnwritableJob(at, value, "which is too large for a float") from None
    expect(value, float, at)
    if not math.isfinite(value):  # type: ignore[arg-type]  # checked above
        raise UnwritableJob(at, value, "which JSON does not know")
    return value  # type: ignore[return-value]


def _aware(value: datetime) -> Json:
    if value.tzinfo is None:
        raise ValueError("which has no time zone: pass an aware datetime")
    return value.isoformat()


def _base64(value: bytes) -> Json:
    return b64encode(value).decode()


def _day(value: date) -> Json:
    if isinstance(value, datetime):
        raise ValueError(  # noqa: TRY004  # see _scalar
            "which is a datetime: pass `value.date()`"
        )
    return value.isoformat()


def _text(value: str) -> Json:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError("which has a lone surrogate, and no encoding") from None
    return value


SCALARS: Final[dict[object, Form]] = {
    bool: _scalar(bool, stored=bool),
    bytes: _scalar(bytes, _base64, partial(b64decode, validate=True)),
    date: _scalar(date, _day, date.fromisoformat),
    datetime: _scalar(datetime, _aware, datetime.fromisoformat),
    Decimal: _scalar(Decimal, str, Decimal),
    float: Form(_write_float, _scalar(float, read=float, stored=(int, float)).read),
    int: _scalar(int, stored=int),
    NoneType: _scalar(NoneType, stored=NoneType),
    str: _scalar(str, _text),
    timedelta: _scalar(
        timedelta,
        lambda value: value // timedelta(microseconds=1),
        lambda value: timedelta(microseconds=value),
        int,
    ),
    UUID: _scalar(UUID, str, UUID),
}
