"""How the fields of a job are written as JSON and read back, by their annotations."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import partial
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Final,
    Literal,
    NewType,
    TypeAliasType,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from ..exceptions import UnreadableJob, UnwritableJob, UnwritableType
from ._scalars import SCALARS, Form, Json, expect

_PASS_A_KEY = "which cannot be written as JSON: pass the key of what it stands for"  # noqa: S105

_DEEPEST: Final = 32


def form_of(hint: object, path: str) -> Form:
    """Return how values of a type are written as JSON and read back.

    Args:
        hint: The type.
        path: The path of the field that has it.

    Raises:
        UnwritableType: They cannot be.
    """
    hint = _plain(hint)
    if path.count(".") + path.count("[") > _DEEPEST:
        raise UnwritableType(f"{path[:100]}...", hint, "which contains itself")
    if hint in SCALARS:
        return SCALARS[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in _COMPOSED:
        return _COMPOSED[origin](arguments, path)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return _enum(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return form_of_dataclass(hint, path)
    raise UnwritableType(path, hint, _PASS_A_KEY)


def _plain(hint: object) -> object:
    """Return a type without the names that it was given, and without annotations."""
    while True:
        if isinstance(hint, NewType):
            hint = hint.__supertype__
        elif isinstance(hint, TypeAliasType):
            hint = hint.__value__
        elif get_origin(hint) is Annotated:
            hint = get_args(hint)[0]
        else:
            return hint


def form_of_dataclass(cls: type[Any], path: str) -> Form:
    """Return how the instances of a dataclass are written as an object and read back.

    Fields that are not stored get their default, and stored ones that are not known are left out.

    Raises:
        UnwritableType: A field cannot be written.
    """
    hints = get_type_hints(cls, include_extras=True)
    forms = {
        each.name: form_of(hints[each.name], f"{path}.{each.name}")
        for each in fields(cls)
        if each.init
    }
    required = {
        each.name
        for each in fields(cls)
        if each.init and each.default is MISSING and each.default_factory is MISSING
    }

    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # an instance of the class
        expect(value, cls, at)
        if type(value) is not cls:  # the fields of a subclass would be lost
            problem = f"which is a {type(value).__name__}: annotate the field with it"
            raise UnwritableJob(at, value, problem)
        return {
            name: form.write(getattr(value, name), f"{at}.{name}") for name, form in forms.items()
        }

    def read(value: Json, at: str) -> object:
        if not isinstance(value, dict):
            raise UnreadableJob(at, f"is stored as {value!r}, which is not an object")
        if missing := sorted(required - value.keys()):
            raise UnreadableJob(f"{at}.{missing[0]}", "is not stored, and has no default")
        known = {
            name: forms[name].read(each, f"{at}.{name}")
            for name, each in value.items()
            if name in forms
        }
        try:
            return cls(**known)
        except Exception as error:
            reason = f"is refused by {cls.__name__}: {type(error).__name__}: {error}"
            raise UnreadableJob(at, reason) from error

    return Form(write, read)


def _items(value: Json, at: str, length: int | None = None) -> list[Json]:
    if not isinstance(value, list) or length not in {None, len(value)}:
        wanted = "an array" if length is None else f"an array of {length}"
        raise UnreadableJob(at, f"is stored as {value!r}, which is not {wanted}")
    return value


def _array(kind: type, arguments: tuple[object, ...], path: str) -> Form:
    item = form_of(arguments[0], f"{path}[]")

    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # a collection
        expect(value, kind, at)
        return [item.write(each, f"{at}[{index}]") for index, each in enumerate(value)]

    def read(value: Json, at: str) -> object:
        items = enumerate(_items(value, at))
        return kind(item.read(each, f"{at}[{index}]") for index, each in items)

    return Form(write, read)


def _tuple(arguments: tuple[object, ...], path: str) -> Form:
    if arguments[1:] == (...,):
        return _array(tuple, arguments, path)
    forms = [form_of(each, f"{path}[{index}]") for index, each in enumerate(arguments)]

    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # a tuple
        expect(value, tuple, at)
        if len(value) != len(forms):
            raise UnwritableJob(at, value, f"which does not have {len(forms)} items")
        pairs = enumerate(zip(forms, value, strict=True))
        return [form.write(each, f"{at}[{index}]") for index, (form, each) in pairs]

    def read(value: Json, at: str) -> object:
        pairs = enumerate(zip(forms, _items(value, at, len(forms)), strict=True))
        return tuple(form.read(each, f"{at}[{index}]") for index, (form, each) in pairs)

    return Form(write, read)


def _dict(arguments: tuple[object, ...], path: str) -> Form:
    # Pairs, because the keys of an object in JSON are texts only.
    pair = _tuple(arguments, f"{path}[]")

    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # a dictionary
        expect(value, dict, at)
        return [pair.write(each, f"{at}[{each[0]!r}]") for each in value.items()]

    def read(value: Json, at: str) -> object:
        pairs = enumerate(_items(value, at))
        return dict(pair.read(each, f"{at}[{index}]") for index, each in pairs)  # type: ignore[arg-type]  # pairs

    return Form(write, read)


def _union(members: tuple[object, ...], path: str) -> Form:
    forms = {_tag(each): form_of(each, path) for each in members if each is not NoneType}
    if len(forms) < len([each for each in members if each is not NoneType]):
        raise UnwritableType(path, Union[members], "whose members have the same name")  # noqa: UP007
    alone = next(iter(forms.values())) if len(forms) == 1 else None

    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # one of the members
        if value is None and NoneType in members:
            return None
        if alone:
            return alone.write(value, at)
        for tag, form in forms.items():
            with suppress(UnwritableJob):
                return {"type": tag, "value": form.write(value, at)}
        raise UnwritableJob(at, value, f"which is none of {', '.join(forms)}")

    def read(value: Json, at: str) -> object:
        if value is None and NoneType in members:
            return None
        if alone:
            return alone.read(value, at)
        if not isinstance(value, dict) or value.get("type") not in forms:
            raise UnreadableJob(at, f"is stored as {value!r}, which is none of {', '.join(forms)}")
        return forms[str(value["type"])].read(value.get("value"), at)

    return Form(write, read)


def _literal(values: tuple[object, ...], path: str) -> Form:
    forms = {each: form_of(type(each), path) for each in values}

    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # one of the values
        for each, form in forms.items():
            if value == each and type(value) is type(each):
                return form.write(value, at)
        raise UnwritableJob(at, value, f"which is none of {values}")

    def read(value: Json, at: str) -> object:
        for each, form in forms.items():
            with suppress(UnreadableJob):
                if form.read(value, at) == each:
                    return each
        raise UnreadableJob(at, f"is stored as {value!r}, which is none of {values}")

    return Form(write, read)


def _enum(kind: type[Enum]) -> Form:
    def write(value: Any, at: str) -> Json:  # noqa: ANN401  # a member
        expect(value, kind, at)
        if value.name not in kind.__members__:
            raise UnwritableJob(at, value, "which is a combination and not a member")
        return str(value.name)

    def read(value: Json, at: str) -> object:
        if not isinstance(value, str) or value not in kind.__members__:
            raise UnreadableJob(at, f"is stored as {value!r}, which is not a {kind.__name__}")
        return kind[value]

    return Form(write, read)


def _tag(hint: object) -> str:
    return hint.__name__ if isinstance(hint, type) and not get_args(hint) else str(hint)


_COMPOSED: dict[object, Callable[[tuple[object, ...], str], Form]] = {
    dict: _dict,
    frozenset: partial(_array, frozenset),
    list: partial(_array, list),
    Literal: _literal,
    set: partial(_array, set),
    tuple: _tuple,
    Union: _union,
    UnionType: _union,
}
