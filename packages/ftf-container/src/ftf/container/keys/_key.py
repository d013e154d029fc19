"""Keys: what services are registered and asked for by, and what is not a key."""

import sys
from collections.abc import Callable, Sequence
from enum import Enum
from inspect import isabstract
from types import GenericAlias, NoneType, UnionType
from typing import (
    Annotated,
    Any,
    NewType,
    TypeAliasType,
    TypeVar,
    Union,
    get_args,
    get_origin,
    is_protocol,
    is_typeddict,
)

from .._dependency_path import Step, name_of
from ..exceptions import InvalidRegistrationError
from ._generics import open_form, substitute

COLLECTIONS: dict[object, Callable[..., object]] = {list: list, Sequence: list, tuple: tuple}


def normalise(key: object) -> object:
    """Return a key without `type` aliases and old spellings of it.

    Raises:
        InvalidRegistrationError: The key is not hashable, or its alias cannot be evaluated.
    """
    try:
        hash(key)
    except TypeError:
        problem = f"{name_of(key)} is not hashable, so nothing can be found under it."
        remedy = "Use a type as the key."
    else:
        try:
            return _plain(key, ())
        except Exception as error:  # noqa: BLE001  # evaluating an alias can raise anything
            problem = f"{name_of(key)} cannot be evaluated: {error}."
            remedy = "Import at run time what it stands for."
    raise InvalidRegistrationError((Step(key),), problem, remedy)


def _plain(key: object, aliases: tuple[object, ...]) -> object:
    origin, arguments = get_origin(key), get_args(key)
    alias = origin or key
    if isinstance(alias, TypeAliasType) and alias not in aliases:
        known: dict[object, object] = dict(zip(alias.__type_params__, arguments, strict=False))
        return _plain(substitute(alias.__value__, known), (*aliases, alias))
    if origin is Annotated:
        return Annotated[_plain(arguments[0], aliases), *arguments[1:]]
    if isinstance(key, list):  # the parameters of a Callable
        return [_plain(each, aliases) for each in key]
    if not isinstance(origin, type) or origin is UnionType:
        return NoneType if key is None else key
    if arguments:
        return opened(origin[tuple(_plain(each, aliases) for each in arguments)])  # type: ignore[index]
    return key if isinstance(key, GenericAlias) else origin  # `tuple[()]` or `typing.List`


def opened(form: object) -> object:
    """Return the generic class for a form of it that leaves all its type parameters open."""
    arguments = get_args(form)
    is_open = arguments and all(isinstance(each, TypeVar) for each in arguments)
    return open_form(form) or form if is_open else form


def is_vague(key: object) -> bool:
    """Return whether more than one type matches a key, so that it cannot be one."""
    partly_open = open_form(key) is not None and bool(getattr(key, "__parameters__", ()))
    return partly_open or isinstance(key, TypeVar) or key is Any or key is object


def is_key(instead: object) -> bool:
    """Return whether `instead` is a key, not a factory (generic aliases are callable too)."""
    return isinstance(instead, type | NewType) or bool(get_origin(instead)) or not callable(instead)


def unqualified(key: object) -> tuple[object, ...]:
    """Return the type and the metadata of an `Annotated` key; the key alone otherwise."""
    return get_args(key) if get_origin(key) is Annotated else (key,)


def alternatives(hint: object) -> tuple[object, ...]:
    """Return the keys that satisfy a hint, in order of preference, `None` last."""
    hint = normalise(hint)
    base, *metadata = unqualified(hint)
    if get_origin(base) not in {Union, UnionType}:
        return (hint,)
    members = sorted(map(normalise, get_args(base)), key=lambda member: member is NoneType)
    if not metadata:
        return (hint, *members)
    return (hint, *(each if each is NoneType else Annotated[each, *metadata] for each in members))


def collected(key: object) -> tuple[Callable[..., object], object, tuple[object, ...]] | None:
    """Return the class of a collection `list[T]`, its `T` and its tags; `None` for other keys."""
    base, *tags = unqualified(key)
    make, members = COLLECTIONS.get(get_origin(base)), get_args(base)
    if make is None or (make is tuple and members[1:] != (...,)):
        return None
    return make, normalise(members[0]), tuple(tags)


def is_kind_of(key: object, base: object) -> bool:
    """Return whether a key is a base, a qualified form of it, or a class derived from it."""
    plain, *_ = unqualified(key)
    # issubclass() would ask __subclasshook__, which Protocols and ABCs answer by method names.
    return plain == base or (isinstance(plain, type) and base in plain.__mro__)


def is_abstract(cls: type) -> bool:
    """Return whether a class is a Protocol or has abstract methods."""
    return is_protocol(cls) or isabstract(cls)


def is_value(cls: type) -> bool:
    """Return whether a class is built-in, or derived from a class of values such as `str`."""
    own = cls.__module__.partition(".")[0] in sys.stdlib_module_names
    return own or is_typeddict(cls) or issubclass(cls, (bytes, complex, float, int, str, Enum))
