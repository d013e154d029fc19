"""A factory's parameters, read once."""

import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from inspect import Parameter as InspectParameter
from inspect import signature, unwrap
from types import SimpleNamespace


@dataclass(frozen=True, slots=True)
class BadHint:
    """An annotation that names no type, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a factory asks for.

    Args:
        name: The parameter's name.
        hint: Its evaluated annotation, or a `BadHint`.
        required: Whether it has no default.
        keyword_only: Whether it cannot be passed by position.
    """

    name: str
    hint: object
    required: bool
    keyword_only: bool


def parameters_of(factory: Callable[..., object]) -> tuple[Parameter, ...]:
    """Read the parameters a factory can be given, leaving out `*args` and `**kwargs`."""
    function, skip = (_constructor(factory), 1) if isinstance(factory, type) else (factory, 0)
    hints = _hints(_annotated_function(function))
    return tuple(
        Parameter(
            parameter.name,
            hints.get(parameter.name, BadHint("has no annotation")),
            required=parameter.default is InspectParameter.empty,
            keyword_only=parameter.kind is InspectParameter.KEYWORD_ONLY,
        )
        for parameter in list(signature(function).parameters.values())[skip:]
        if parameter.kind not in {InspectParameter.VAR_POSITIONAL, InspectParameter.VAR_KEYWORD}
    )


def _constructor(cls: type) -> Callable[..., object]:
    # A Protocol among the bases puts its own __init__ before the real one until the first
    # instance is made, so the method is looked up past it.
    constructors: Iterator[Callable[..., object]] = (
        function
        for base in cls.__mro__
        for method in map(vars(base).get, ("__init__", "__new__"))
        for function in [getattr(method, "__func__", method)]
        if function and function.__name__ != "_no_init_or_replace_init"
    )
    return next(constructors)


def _annotated_function(factory: Callable[..., object]) -> Callable[..., object]:
    while isinstance(factory, partial):
        factory = factory.func
    return factory if hasattr(factory, "__name__") else type(factory).__call__


def _hints(function: Callable[..., object]) -> Mapping[str, object]:
    try:
        return typing.get_type_hints(function, include_extras=True)
    except Exception:  # noqa: BLE001  # one bad annotation must not spoil the others
        source = unwrap(function)
        return {name: _hint(source, hint) for name, hint in source.__annotations__.items()}


def _hint(function: Callable[..., object], annotation: object) -> object:
    alone = SimpleNamespace(__annotations__={"hint": annotation})
    names = getattr(function, "__globals__", {})
    try:
        return typing.get_type_hints(alone, names, include_extras=True)["hint"]
    except Exception as error:  # noqa: BLE001  # evaluating an annotation can raise anything
        return BadHint(f"is annotated {annotation!r}, which cannot be evaluated ({error})")
