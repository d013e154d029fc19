"""The types of parameters that come from the command line, and how their text is read."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Literal, TypeAliasType, Union, get_args, get_origin

from ...environment import Environment
from ._markers import Argument, Option

type Parse = Callable[[str], object]

_UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


@dataclass(frozen=True, slots=True)
class PlainType:
    """A type whose values are read from text.

    Args:
        name: What the help calls a value.
        expected: What a value has to be, for the error.
        parse: Reads a value; raises a ValueError or ArithmeticError.
        choices: The texts that are accepted, if they are few.
        is_flag: Whether it is a bool.
        many: `list` or `tuple` if it takes several values.
        marker: The `Argument` or `Option` of an `Annotated` type.
    """

    name: str
    expected: str
    parse: Parse
    choices: tuple[str, ...] = ()
    is_flag: bool = False
    many: Callable[[tuple[object, ...]], object] | None = None
    marker: Argument | Option | None = None


def _bool(text: str) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
    if text.lower() not in known:
        raise ValueError(text)
    return known[text.lower()]


def _timedelta(text: str) -> timedelta:
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return timedelta(seconds=float(text))
    parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", text)
    if not parts or "".join(map("".join, parts)) != text:
        raise ValueError(text)
    return timedelta(seconds=sum(float(number) * _UNITS[unit] for number, unit in parts))


_TYPES: dict[object, PlainType] = {
    each: PlainType(name, expected, parse)
    for each, name, expected, parse in (
        (str, "text", "a text", str),
        (int, "integer", "a whole number", int),
        (float, "number", "a number", float),
        (bytes, "text", "a text", str.encode),
        (Path, "path", "a path", Path),
        (date, "date", "a date such as 2026-01-31", date.fromisoformat),
        (datetime, "datetime", "a time such as 2026-01-31T12:30", datetime.fromisoformat),
        (timedelta, "duration", "a duration such as 90s, 15m, 1h30m or 2d", _timedelta),
    )
}
_TYPES[bool] = PlainType("bool", "true or false", _bool, is_flag=True)


def plain_type(hint: object) -> PlainType | None:
    """Return how values of a type are read from the command line; None for a type of services."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        found = plain_type(arguments[0])
        markers = [each for each in arguments[1:] if isinstance(each, Argument | Option)]
        return replace(found, marker=markers[0]) if found and markers else found
    if origin is list or (origin is tuple and arguments[1:] == (...,)):
        found = plain_type(arguments[0])
        return replace(found, many=origin, is_flag=False) if found else None
    inner = _inner(hint)
    return _single(hint) if inner is hint else plain_type(inner)


def _inner(hint: object) -> object:
    """Return what an alias, a `NewType` or `X | None` stands for."""
    if isinstance(hint, TypeAliasType):
        return hint.__value__
    if get_origin(hint) in {Union, UnionType}:
        rest = [each for each in get_args(hint) if each is not NoneType]
        return rest[0] if len(rest) == 1 else hint
    return getattr(hint, "__supertype__", hint)


def _single(hint: object) -> PlainType | None:
    if get_origin(hint) is Literal:
        return _choice({str(each): each for each in get_args(hint)})
    if hint is Environment:  # that of this process, which --env sets
        return None
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _choice({str(each.value): each for each in hint})
    return _of_class(hint) if isinstance(hint, type) else None


def _of_class(hint: type) -> PlainType | None:
    # By name: a hint of these types has imported their modules, which take as long as others.
    match hint.__module__, hint.__qualname__:
        case "uuid", "UUID":
            return PlainType("uuid", "a UUID", hint)
        case "decimal", "Decimal":
            return PlainType("decimal", "a decimal number", hint)
    return _TYPES.get(hint)


def has_marker(hint: object) -> bool:
    """Return whether a type carries `Argument` or `Option`."""
    return any(isinstance(each, Argument | Option) for each in getattr(hint, "__metadata__", ()))


def _choice(values: dict[str, object]) -> PlainType:
    return PlainType("choice", f"one of {', '.join(values)}", values.__getitem__, tuple(values))
