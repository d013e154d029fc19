"""What a service is known by."""

import sys
from collections.abc import Callable, Sequence
from inspect import isabstract
from types import NoneType, UnionType
from typing import Annotated, TypeAliasType, Union, get_args, get_origin, is_protocol

from ._path import Step, name_of
from .exceptions import InvalidRegistrationError

COLLECTIONS: dict[object, Callable[..., object]] = {list: list, Sequence: list, tuple: tuple}


def normalise(key: object) -> object:
    """See through `type` aliases and refuse what cannot be looked up.

    Raises:
        InvalidRegistrationError: The key is not hashable.
    """
    while isinstance(alias := get_origin(key) or key, TypeAliasType):
        key = alias.__value__[get_args(key)] if get_args(key) else alias.__value__
    try:
        hash(key)
    except TypeError:
        path = (Step(key),)
        problem = f"{name_of(key)} is not hashable, so nothing can be found under it."
        raise InvalidRegistrationError(path, problem, "Use a type as the key.") from None
    return key


def unqualified(key: object) -> tuple[object, ...]:
    """Take `Annotated` apart: the type, and what it was annotated with."""
    return get_args(key) if get_origin(key) is Annotated else (key,)


def alternatives(hint: object) -> tuple[object, ...]:
    """List the keys that satisfy a hint, in order of preference, `None` last."""
    hint = normalise(hint)
    base, *metadata = unqualified(hint)
    if get_origin(base) not in {Union, UnionType}:
        return (hint,)
    members = sorted(map(normalise, get_args(base)), key=lambda member: member is NoneType)
    if not metadata:
        return (hint, *members)
    return (hint, *(each if each is NoneType else Annotated[each, *metadata] for each in members))


def collected(key: object) -> tuple[Callable[..., object], object, tuple[object, ...]] | None:
    """Take `list[T]` apart: what makes the collection, `T`, and the tags it was annotated with."""
    base, *tags = unqualified(key)
    make, members = COLLECTIONS.get(get_origin(base)), get_args(base)
    if make is None or (make is tuple and members[1:] != (...,)):
        return None
    return make, normalise(members[0]), tuple(tags)


def is_kind_of(key: object, base: object) -> bool:
    """Tell whether a key is a base, a qualified form of it, or a class derived from it."""
    plain, *_ = unqualified(key)
    return plain == base or (isinstance(plain, type) and base in plain.__mro__)


def is_abstract(cls: type) -> bool:
    """Tell whether a class is a Protocol or has abstract methods left."""
    return is_protocol(cls) or isabstract(cls)


def is_from_stdlib(cls: type) -> bool:
    """Tell whether Python itself brings a class."""
    return cls.__module__.partition(".")[0] in sys.stdlib_module_names
