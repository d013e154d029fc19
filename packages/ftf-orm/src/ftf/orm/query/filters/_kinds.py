"""Kinds of values: the types of columns that have them, how they are read, what can be asked."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Enum,
    Float,
    Integer,
    Interval,
    Numeric,
    SmallInteger,
    String,
    Time,
    TypeDecorator,
    Uuid,
)
from sqlalchemy.types import TypeEngine

from . import _text_values as values
from ._limits import Limits
from ._text_values import Read
from ._times import Times

type Schema = Mapping[str, object]
"""A JSON Schema."""

_SAME = ("eq", "ne")
_SETS = ("in", "not_in")
_ORDER = ("lt", "lte", "gt", "gte")
_PARTS = ("contains", "starts", "ends")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of values.

    Args:
        name: Its name, for error texts.
        read: The reader of a value.
        operators: What can be asked of it, except `null`.
        schema: The JSON Schema of a value.
    """

    name: str
    read: Read
    operators: tuple[str, ...]
    schema: Schema = field(default_factory=dict)


def kind_of(kind: TypeEngine[Any], limits: Limits, zone: tzinfo) -> Kind | None:
    """Return the kind of the values of a column's type, or None for one without a kind."""
    if isinstance(kind, Interval):  # a TypeDecorator of DateTime
        return None
    if isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    makers: dict[type[TypeEngine[Any]], Callable[[Any], Kind | None]] = {
        Boolean: lambda _: TRUTHS,
        Enum: lambda known: _enum(_members(known)),
        Uuid: lambda known: _uuid(as_text=not known.as_uuid),
        Float: lambda _: _FLOATS,
        Numeric: _decimals,
        Integer: lambda known: _integers(_bits(known)),
        DateTime: lambda known: _times(Times(zone, naive=not known.timezone)),
        Date: lambda _: _DAYS,
        Time: lambda known: None if known.timezone else _CLOCKS,
        String: lambda known: _texts(min(known.length or limits.text, limits.text)),
    }
    return next((make(kind) for known, make in makers.items() if isinstance(kind, known)), None)


def kind_of_values(python: type, limits: Limits, zone: tzinfo) -> Kind | None:
    """Return the kind of the values of a Python type, or None for one without a kind."""
    if issubclass(python, PythonEnum):
        return _enum({str(member.value): member for member in python})
    makers: dict[type, Callable[[], Kind]] = {
        bool: lambda: TRUTHS,
        int: lambda: _integers(64),
        float: lambda: _FLOATS,
        Decimal: lambda: _decimals(Numeric()),
        UUID: lambda: _uuid(as_text=False),
        datetime: lambda: _instants(Times(zone)),
        date: lambda: _DAYS,
        time: lambda: _CLOCKS,
        str: lambda: _texts(limits.text),
    }
    return makers[python]() if python in makers else None


TRUTHS = Kind("boolean", values.boolean, _SAME, {"type": "boolean"})
_FLOATS = Kind("number", values.float_number, _ORDER, {"type": "number"})
_DAYS = Kind("date", values.day, (*_SAME, *_ORDER, *_SETS), {"type": "string", "format": "date"})
_CLOCKS = Kind(
    "time of day", values.clock, (*_SAME, *_ORDER, *_SETS), {"type": "string", "format": "time"}
)


def _integers(bits: int) -> Kind:
    least, most = -(1 << bits - 1), (1 << bits - 1) - 1
    schema = {"type": "integer", "minimum": least, "maximum": most}
    return Kind("integer", values.integer(least, most), (*_SAME, *_ORDER, *_SETS), schema)


def _bits(kind: Integer) -> int:
    if isinstance(kind, SmallInteger):
        return 16
    return 64 if isinstance(kind, BigInteger) else 32


def _decimals(kind: Numeric[Any]) -> Kind:
    read = values.decimal(kind.precision, kind.scale)
    if not kind.asdecimal:
        return replace(_FLOATS, read=lambda text: float(read(text)))
    return Kind("decimal number", read, (*_SAME, *_ORDER, *_SETS), {"type": "number"})


def _times(times: Times) -> Kind:
    moment = {"type": "string", "format": "date-time"}
    schema = {"anyOf": [moment, {"type": "string", "format": "date"}]}
    return Kind("time", times.read, (*_SAME, *_ORDER, *_SETS), schema)


def _instants(times: Times) -> Kind:
    return Kind("time", times.instant, _SAME, {"type": "string", "format": "date-time"})


def _texts(longest: int) -> Kind:
    schema = {"type": "string", "maxLength": longest}
    return Kind("text", values.text_of(longest), (*_SAME, *_SETS, *_PARTS), schema)


def _uuid(*, as_text: bool) -> Kind:
    read = values.uuid_text if as_text else values.uuid
    return Kind("UUID", read, (*_SAME, *_SETS), {"type": "string", "format": "uuid"})


def _members(kind: Enum) -> dict[str, object]:
    """Return what an enum column takes, by the texts of the values."""
    if kind.enum_class is None:
        return {text: text for text in kind.enums}
    return {str(member.value): member for member in kind.enum_class}


def _enum(members: Mapping[str, object]) -> Kind:
    schema = {"type": "string", "enum": [*members]}
    return Kind("enum", values.one_of(members), (*_SAME, *_SETS), schema)
