"""The fields of a model as they are typed: `title:str(200)`, `price:decimal(10,2)?`."""

import re
from dataclasses import dataclass

from ..._exit import WRONG_USAGE, Exit
from ._names import attribute, class_name, plural, snake

_FIELD = re.compile(
    r"(?P<name>[^:]*):(?P<type>[A-Za-z]+)(\((?P<options>[^()]*)\))?(?P<flags>[?!]*)"
)
_LONGEST_TEXT = 65_535


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a model.

    Args:
        name: Its name.
        annotation: The type of the attribute.
        column: What the column is made with, such as "String(200)".
        nullable: Whether it may be NULL.
        unique: Whether no two rows may have the same value.
        target: The model that it refers to, if it does.
        members: The values of an enum.
    """

    name: str
    annotation: str
    column: str = ""
    nullable: bool = False
    unique: bool = False
    target: str = ""
    members: tuple[str, ...] = ()


_PLAIN = {
    "text": ("str", "Text"),
    "int": ("int", ""),
    "bigint": ("int", "BigInteger"),
    "float": ("float", ""),
    "bool": ("bool", ""),
    "date": ("date", ""),
    "datetime": ("datetime", "UtcDateTime"),
    "uuid": ("UUID", ""),
    "json": ("dict[str, object]", "JSON"),
}
_KNOWN = "str(n) text int bigint float decimal(p,s) bool date datetime uuid json enum(a|b) Model"


def read_field(typed: str, model: str) -> Field:
    """Return the field that a text describes.

    Args:
        typed: `name:type`, with `?` if it may be NULL and `!` if it is unique.
        model: The name of the model.

    Raises:
        Exit: The text describes no field.
    """
    found = _FIELD.fullmatch(typed)
    if found is None:
        place = len(_longest_start(typed))
        raise Exit(
            f"{typed!r} is not a field, from position {place + 1}: write name:type, then ? if it "
            f"may be NULL and ! if it is unique. Types: {_KNOWN}.",
            WRONG_USAGE,
        )
    name, kind, options = found["name"], found["type"], found["options"]
    attribute(name, "field")
    field = _typed(name, kind, options, typed, model)
    nullable, unique = "?" in found["flags"], "!" in found["flags"]
    return Field(
        field.name,
        field.annotation,
        field.column,
        nullable=nullable,
        unique=unique,
        target=field.target,
        members=field.members,
    )


def _typed(name: str, kind: str, options: str | None, typed: str, model: str) -> Field:
    if kind == "str":
        length = _numbers(options or "255", typed, 1)[0]
        return Field(name, "str", f"String({length})")
    if kind == "decimal":
        digits, places = _numbers(options or "10,2", typed, 2)
        if places > digits:
            raise Exit(f"{typed!r}: there are more decimal places than digits.", WRONG_USAGE)
        return Field(name, "Decimal", f"Numeric({digits}, {places})")
    if kind == "enum":
        members = tuple(attribute(each, f"{typed!r}: value") for each in (options or "").split("|"))
        if len({*members}) != len(members):
            raise Exit(f"{typed!r}: a value is there twice.", WRONG_USAGE)
        return Field(name, class_name(f"{model}_{name}"), members=members)
    if options is not None:
        raise Exit(f"{typed!r}: {kind} takes nothing in brackets.", WRONG_USAGE)
    if kind in _PLAIN:
        return Field(name, *_PLAIN[kind])
    if not kind[0].isupper():
        raise Exit(f"{typed!r}: {kind!r} is not a type. Types: {_KNOWN}.", WRONG_USAGE)
    target = class_name(kind)
    return Field(name, "int", f'ForeignKey("{plural(snake(target))}.id")', target=target)


def _numbers(options: str, typed: str, count: int) -> list[int]:
    parts = [part.strip() for part in options.split(",")]
    if len(parts) != count or not all(part.isascii() and part.isdigit() for part in parts):
        what = "one number" if count == 1 else f"{count} numbers"
        raise Exit(f"{typed!r}: write {what} in brackets, not {options!r}.", WRONG_USAGE)
    numbers = [int(part) for part in parts]
    if not 0 < numbers[0] <= _LONGEST_TEXT:
        raise Exit(f"{typed!r}: {numbers[0]} is not from 1 to {_LONGEST_TEXT}.", WRONG_USAGE)
    return numbers


def _longest_start(typed: str) -> str:
    """Return the longest start of a text that could go on to be a field."""
    start = re.match(r"[a-z0-9_]*(:[A-Za-z]*(\([^()]*(\)[?!]*)?)?[?!]*)?", typed)
    return start[0] if start else ""
