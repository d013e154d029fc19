"""The kinds of factories: what is called, awaited or advanced to get an instance."""

import contextlib
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Iterable,
    Iterator,
)
from enum import Enum, auto
from functools import partial
from inspect import isasyncgenfunction, iscoroutinefunction, isgeneratorfunction
from types import MethodType, UnionType
from typing import Any, Self, Union, cast, get_args, get_origin, is_protocol

from .._dependency_path import name_of
from ..keys._key import unqualified
from ._parameters import result_of


class Kind(Enum):
    """How a factory delivers its instance."""

    VALUE = auto()
    SCOPE = auto()
    CALL = auto()
    COROUTINE = auto()
    GENERATOR = auto()
    ASYNC_GENERATOR = auto()

    @classmethod
    def of(cls, factory: Callable[..., object]) -> Self:
        """Return the kind of a class, a function or an object with `__call__`."""
        # An object is called by the __call__ of its class, which inspect does not look at.
        called = (factory, type(factory).__call__)
        if any(map(isasyncgenfunction, called)):
            return cls.ASYNC_GENERATOR
        if any(map(isgeneratorfunction, called)):
            return cls.GENERATOR
        return cls.COROUTINE if any(map(iscoroutinefunction, called)) else cls.CALL

    @property
    def is_async(self) -> bool:
        """Whether what the factory returns has to be awaited."""
        return self is Kind.COROUTINE or self is Kind.ASYNC_GENERATOR

    @property
    def is_generator(self) -> bool:
        """Whether the factory yields its instance, and is advanced again to close it."""
        return self is Kind.GENERATOR or self is Kind.ASYNC_GENERATOR


# The generic types that a return annotation may have around the type of the service.
_FORMS: dict[Kind, tuple[type, ...]] = {
    Kind.CALL: (),
    Kind.COROUTINE: (Awaitable, Coroutine),
    Kind.GENERATOR: (Iterator, Generator, Iterable),
    Kind.ASYNC_GENERATOR: (AsyncIterator, AsyncGenerator, AsyncIterable),
}


def kind_for(key: object, function: Callable[..., object]) -> Kind:
    """Return the kind of a function; its return annotation decides where its code does not.

    Raises:
        TypeError: It is annotated to return something else.
    """
    kind, result = Kind.of(function), result_of(function)
    form = get_origin(result) or result
    if kind is Kind.CALL and get_origin(key) is not form:
        kind = next((each for each, forms in _FORMS.items() if form in forms), kind)
    if kind.is_generator and result is not None and form not in _FORMS[kind]:
        wanted = f"{_FORMS[kind][0].__name__}[{name_of(key)}]"
        raise TypeError(f"is annotated to return {name_of(result)}, not {wanted}")
    if not _may_be(made := made_by(function, kind), key):
        raise TypeError(f"is annotated to return {name_of(made)}, not {name_of(key)}")
    return kind


def made_by(function: Callable[..., object], kind: Kind) -> object:
    """Return the type that a function makes, by its annotation; `None` without one."""
    result = result_of(function)
    if (get_origin(result) or result) not in _FORMS[kind]:
        return result
    return (get_args(result) or (None,))[-1 if kind is Kind.COROUTINE else 0]


def _may_be(result: object, key: object) -> bool:
    if get_origin(result) in {Union, UnionType}:
        return any(_may_be(each, key) for each in get_args(result))
    wanted, made = (get_origin(each) or each for each in (unqualified(key)[0], result))
    if not (isinstance(wanted, type) and isinstance(made, type)) or made is Any:
        return True
    return (
        is_protocol(wanted)
        or is_protocol(made)
        or issubclass(made, wanted)
        or issubclass(wanted, made)
    )


def unmanaged(factory: object) -> object:
    """Return the generator function below `@contextmanager`, which the container advances."""
    if isinstance(factory, partial) and (below := unmanaged(factory.func)) is not factory.func:
        return partial(cast("Callable[..., object]", below), *factory.args, **factory.keywords)
    # contextlib wraps the generator function in one of its own, known by the globals of its module.
    function: object = getattr(factory, "__func__", factory)
    if not callable(function) or getattr(function, "__globals__", None) is not vars(contextlib):
        return factory
    bare: Callable[..., object] = getattr(function, "__wrapped__", function)
    return MethodType(bare, factory.__self__) if isinstance(factory, MethodType) else bare
