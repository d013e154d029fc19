"""The parameters of a factory: names, evaluated annotations, defaults."""

import sys
import typing
from collections import ChainMap
from collections.abc import Callable
from dataclasses import InitVar, dataclass
from importlib import import_module
from inspect import Parameter as InspectParameter
from inspect import Signature, signature
from itertools import chain
from types import SimpleNamespace
from typing import Any

from .._dependency_path import function_of
from ..keys._generics import Types, substitute

type Method = Callable[..., object]
type Names = ChainMap[str, object]

# Python 3.14 evaluates annotations lazily (PEP 649), and raises for a name that is not defined
# unless annotation_format is FORWARDREF.
_UNEVALUATED: dict[str, Any] = (
    {"annotation_format": import_module("annotationlib").Format.FORWARDREF}
    if sys.version_info >= (3, 14)
    else {}
)


@dataclass(frozen=True, slots=True)
class BadHint:
    """An annotation that cannot be a key, and why."""

    reason: str


@dataclass(frozen=True, slots=True)
class TypeArgument:
    """A type argument, which a parameter `type[T]` of a generic service gets as its value."""

    value: object


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a factory asks for.

    Args:
        name: The parameter's name.
        hint: Its evaluated annotation, a `BadHint` or the `TypeArgument` argument.
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
    """Return the parameters of a factory, without `*args` and `**kwargs`."""
    source = typing.get_origin(factory) or factory
    if not isinstance(source, type):
        named = filter(_is_named, signature_of(source).parameters.values())
        return tuple(_parameter(each, source, None, types) for each in named)
    owner, function, parameters = _constructor(source)
    declared = getattr(source, "__signature__", None)
    if not any(map(_is_named, parameters)) and isinstance(declared, Signature):
        parameters = list(declared.parameters.values())
    return tuple(_parameter(each, function, owner, types) for each in filter(_is_named, parameters))


def result_of(function: Callable[..., object]) -> object:
    """Return the evaluated return annotation of a function; `None` if there is none."""
    try:
        annotation = signature_of(function).return_annotation
    except TypeError:  # calling it raises the same error
        return None
    if annotation is Signature.empty:
        return None
    hint = _evaluated(annotation, _names("return", annotation, function, None))
    return None if isinstance(hint, BadHint) else hint


def signature_of(function: Callable[..., object]) -> Signature:
    """Return a signature; an empty one for functions that have none."""
    try:
        return signature(function, **_UNEVALUATED)
    except ValueError:  # inspect finds no signature for some functions written in C
        return Signature()


def _is_named(parameter: InspectParameter) -> bool:
    return parameter.kind not in {InspectParameter.VAR_POSITIONAL, InspectParameter.VAR_KEYWORD}


def _parameter(
    source: InspectParameter, function: Method, owner: type | None, types: Types
) -> Parameter:
    hint: object = source.annotation
    if hint is InspectParameter.empty:
        hint = BadHint("has no annotation.")
    elif not isinstance(hint, type):
        hint = _evaluated(hint, _names(source.name, hint, function, owner))
    if isinstance(hint, InitVar):
        hint = hint.type
    closed = substitute(hint, types)
    if closed is not hint and typing.get_origin(closed) is type:
        closed = TypeArgument(typing.get_args(closed)[0])
    return Parameter(
        source.name,
        closed,
        required=source.default is InspectParameter.empty,
        by_name=source.kind is InspectParameter.KEYWORD_ONLY,
        by_position=source.kind is InspectParameter.POSITIONAL_ONLY,
        default=source.default,
    )


def _constructor(cls: type) -> tuple[type, Method, list[InspectParameter]]:
    # A constructor with nothing but `*args, **kwargs` passes them on. typing.Protocol installs such
    # an __init__ in front of the real one until the first instance is made.
    calls = ((cls, vars(meta).get("__call__")) for meta in type.mro(type(cls)) if meta is not type)
    names = "__init__", "__new__"
    methods = ((base, vars(base).get(name)) for base in cls.__mro__ for name in names)
    found = (
        (base, getattr(each, "__func__", each)) for base, each in chain(calls, methods) if each
    )
    read = ((*each, list(signature_of(each[1]).parameters.values())[1:]) for each in found)
    return next(each for each in read if not _passes_on(each[2]))


def _passes_on(parameters: list[InspectParameter]) -> bool:
    kinds = [parameter.kind for parameter in parameters]
    return kinds == [InspectParameter.VAR_POSITIONAL, InspectParameter.VAR_KEYWORD]


def _names(name: str, hint: object, function: Method, owner: type | None) -> Names:
    """Return the names that the annotation of a parameter may use.

    The constructor of a dataclass repeats the annotations of fields, which mean what they mean
    where the field was declared.
    """
    source = function_of(function)
    known = getattr(source, "__globals__", {})
    for base in owner.__mro__ if owner else ():
        if vars(base).get("__annotations__", {}).get(name) is hint:
            known, owner = vars(sys.modules[base.__module__]), base
            break
    parameters = (*getattr(owner, "__type_params__", ()), *getattr(source, "__type_params__", ()))
    generic = {parameter.__name__: parameter for parameter in parameters}
    return ChainMap(generic, known, dict(vars(owner)) if owner else {})


def _evaluated(annotation: object, names: Names) -> object:
    # One at a time, because get_type_hints() raises for all if one cannot be evaluated.
    alone = SimpleNamespace(__annotations__={"hint": annotation})
    try:
        return typing.get_type_hints(alone, {}, names, include_extras=True)["hint"]
    except Exception as error:  # noqa: BLE001  # evaluating an annotation can raise anything
        return BadHint(f"is annotated {annotation!r}, which cannot be evaluated ({error}).")
