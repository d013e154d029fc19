"""A factory's parameters, read once."""

import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import InitVar, dataclass
from functools import partial
from inspect import Parameter as InspectParameter
from inspect import Signature, signature, unwrap
from itertools import chain
from types import SimpleNamespace

from ._generics import Types, substitute


@dataclass(frozen=True, slots=True)
class BadHint:
    """An annotation that names no service, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Known:
    """The argument itself: what a generic service is told its type parameter stands for."""

    value: object


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a factory asks for.

    Args:
        name: The parameter's name.
        hint: Its evaluated annotation, a `BadHint` or the `Known` argument.
        required: Whether it has no default.
        by_name: Whether it cannot be passed by position.
        by_position: Whether it cannot be passed by name.
        default: Its default, if it is not required.
    """

    name: str
    hint: object
    required: bool = True
    by_name: bool = False
    by_position: bool = False
    default: object = None


def parameters_of(factory: Callable[..., object], types: Types) -> tuple[Parameter, ...]:
    """Read the parameters a factory can be given, leaving out `*args` and `**kwargs`."""
    source = typing.get_origin(factory) or factory
    if not isinstance(source, type):
        parameters = signature(source).parameters.values()
        hints = _hints(_annotated_function(source))
    else:
        constructor = _constructor(source)
        parameters = list(signature(constructor).parameters.values())[1:]
        hints = _hints(constructor)
        declared = getattr(source, "__signature__", None)
        if not any(map(_is_named, parameters)) and isinstance(declared, Signature):
            parameters, hints = declared.parameters.values(), _hints(source)
    return tuple(_parameter(each, hints, types) for each in parameters if _is_named(each))


def result_of(function: Callable[..., object]) -> object:
    """Read what a function says it returns; `None` when it says nothing that can be evaluated."""
    hint = _hints(_annotated_function(function)).get("return")
    return None if isinstance(hint, BadHint) else hint


def _is_named(parameter: InspectParameter) -> bool:
    return parameter.kind not in {InspectParameter.VAR_POSITIONAL, InspectParameter.VAR_KEYWORD}


def _parameter(source: InspectParameter, hints: Mapping[str, object], types: Types) -> Parameter:
    hint = hints.get(source.name, BadHint("has no annotation"))
    if isinstance(hint, InitVar):
        hint = hint.type
    closed = substitute(hint, types)
    if closed is not hint and typing.get_origin(closed) is type:
        closed = Known(typing.get_args(closed)[0])
    return Parameter(
        source.name,
        closed,
        required=source.default is InspectParameter.empty,
        by_name=source.kind is InspectParameter.KEYWORD_ONLY,
        by_position=source.kind is InspectParameter.POSITIONAL_ONLY,
        default=source.default,
    )


def _constructor(cls: type) -> Callable[..., object]:
    # What takes `*args, **kwargs` passes them on to the next one. One of these is the __init__
    # that a Protocol among the bases puts before the real one until the first instance is made.
    calls = (vars(meta).get("__call__") for meta in type(cls).__mro__ if meta is not type)
    methods = (vars(base).get(name) for base in cls.__mro__ for name in ("__init__", "__new__"))
    candidates: Iterator[Callable[..., object]] = (
        getattr(method, "__func__", method) for method in chain(calls, methods) if method
    )
    return next((each for each in candidates if not _passes_on(each)), cls.__init__)


def _passes_on(constructor: Callable[..., object]) -> bool:
    kinds = [parameter.kind for parameter in signature(constructor).parameters.values()][1:]
    return kinds == [InspectParameter.VAR_POSITIONAL, InspectParameter.VAR_KEYWORD]


def _annotated_function(factory: Callable[..., object]) -> Callable[..., object]:
    while isinstance(factory, partial):
        factory = factory.func
    return factory if hasattr(factory, "__name__") else type(factory).__call__


def _hints(function: Callable[..., object]) -> Mapping[str, object]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  # one bad annotation must not spoil the others
        source = unwrap(function)
        annotations = getattr(source, "__annotations__", {})
        return {name: _hint(source, hint) for name, hint in annotations.items()}


def _hint(function: Callable[..., object], annotation: object) -> object:
    alone = SimpleNamespace(__annotations__={"hint": annotation})
    names = getattr(function, "__globals__", {})
    try:
        return typing.get_type_hints(alone, names, include_extras=True)["hint"]
    except Exception as error:  # noqa: BLE001  # evaluating an annotation can raise anything
        return BadHint(f"is annotated {annotation!r}, which cannot be evaluated ({error})")
