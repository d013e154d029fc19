"""What a service is known by."""

import sys
import typing
from inspect import isabstract
from types import NoneType, UnionType
from typing import TypeAliasType, Union, is_protocol

from ._path import Step, name_of
from .exceptions import InvalidRegistrationError


def normalise(key: object) -> object:
    """See through `type` aliases and refuse what cannot be looked up.

    Raises:
        InvalidRegistrationError: The key is not hashable.
    """
    while isinstance(key, TypeAliasType):
        key = key.__value__
    try:
        hash(key)
    except TypeError:
        path = (Step(key),)
        problem = f"{name_of(key)} is not hashable, so nothing can be found under it."
        raise InvalidRegistrationError(path, problem, "Use a type as the key.") from None
    return key


def alternatives(hint: object) -> tuple[object, ...]:
    """List the keys that satisfy a hint, in order of preference, `None` last."""
    hint = normalise(hint)
    if typing.get_origin(hint) not in {Union, UnionType}:
        return (hint,)
    members = map(normalise, typing.get_args(hint))
    return tuple(sorted(members, key=lambda member: member is NoneType))


def is_abstract(cls: type) -> bool:
    """Tell whether a class is a Protocol or has abstract methods left."""
    return is_protocol(cls) or isabstract(cls)


def is_from_stdlib(cls: type) -> bool:
    """Tell whether Python itself brings a class."""
    return cls.__module__.partition(".")[0] in sys.stdlib_module_names
