"""The type parameters of generic controllers, and the type arguments of their subclasses."""

import sys
from collections.abc import Mapping
from inspect import Signature
from types import SimpleNamespace, get_original_bases
from typing import (
    Annotated,
    ForwardRef,
    Generic,
    TypeVar,
    cast,
    get_args,
    get_origin,
    get_type_hints,
)

from ._inject import Injection, Resolution, unaliased

type Types = Mapping[object, object]


def type_arguments(cls: object) -> dict[object, object]:
    """Return the type arguments of a class and its bases, by type parameter.

    The argument of a parameter that has none is its default, or else the parameter itself.
    """
    origin = cast("type", get_origin(cls) or cls)
    parameters: tuple[object, ...] = getattr(origin, "__parameters__", ())
    arguments = {each: closed(each, {}) for each in parameters}
    # An alias in a union is not a body for FastAPI, whatever it stands for.
    arguments |= dict(zip(parameters, map(unaliased, get_args(cls)), strict=False))
    for base in get_original_bases(origin):
        if get_origin(base) is not Generic:
            arguments |= type_arguments(closed(_evaluated(base, origin), arguments))
    # The default of a parameter may name the one before it.
    return {each: closed(argument, arguments) for each, argument in arguments.items()}


def _evaluated(base: object, cls: type) -> object:
    """Return a base of a class, with texts among its type arguments evaluated.

    Raises:
        TypeError: A text names what the class's module does not have.
    """
    if not any(isinstance(each, ForwardRef) for each in get_args(base)):
        return base
    module = sys.modules.get(cls.__module__)
    names = vars(module) if module else {}
    # get_type_hints() evaluates all annotations of an object: give it an object with this one.
    alone = SimpleNamespace(__annotations__={"base": base})
    try:
        return get_type_hints(alone, names, include_extras=True)["base"]
    except NameError as error:
        raise TypeError(
            f"{cls.__qualname__} has a type argument that cannot be evaluated: {error}. Write the "
            "class itself, above it, or its name in this module."
        ) from error


def closed_signature(signature: Signature, types: Types) -> Signature:
    """Return a signature with type arguments in the place of type parameters."""
    parameters = [
        parameter.replace(
            annotation=closed(parameter.annotation, types),
            default=_closed_mark(parameter.default, types),
        )
        for parameter in signature.parameters.values()
    ]
    result = closed(signature.return_annotation, types)
    return signature.replace(parameters=parameters, return_annotation=result)


def closed(hint: object, types: Types) -> object:
    """Return a hint with type arguments in the place of type parameters."""
    if isinstance(hint, TypeVar):
        return types.get(hint, hint.__default__ if hint.has_default() else hint)
    if get_origin(hint) is Annotated:
        base, *metadata = get_args(hint)
        return Annotated[closed(base, types), *(_closed_mark(each, types) for each in metadata)]
    parameters = _parameters_in(hint)
    if isinstance(hint, type) and hint.__dict__.get("__parameters__"):
        return hint  # a generic class without arguments
    if not parameters:
        return hint
    arguments = tuple(closed(parameter, types) for parameter in parameters)
    return hint[arguments]  # type: ignore[index]  # a hint with parameters takes arguments


def _parameters_in(hint: object) -> tuple[object, ...]:
    """Return the type parameters that a hint takes arguments for."""
    # A schema of pydantic's with arguments is a class, which keeps them apart.
    pydantics = getattr(hint, "__pydantic_generic_metadata__", None)
    if pydantics is not None and pydantics["origin"] is not None:
        return cast("tuple[object, ...]", pydantics["parameters"])
    return cast("tuple[object, ...]", getattr(hint, "__parameters__", ()))


def open_parameters(hint: object, types: Types) -> list[str]:
    """Return the names of the type parameters of a hint that have no argument."""
    parameters = (hint,) if isinstance(hint, TypeVar) else _parameters_in(hint)
    return [str(each) for each in parameters if types.get(each) is each]


def refused_argument(types: Types) -> str:
    """Return which type argument its type parameter does not allow, and why; or ""."""
    for parameter, argument in types.items():
        if isinstance(parameter, TypeVar) and isinstance(argument, type):
            bound, constraints = parameter.__bound__, parameter.__constraints__
            allowed = constraints or (bound,)
            if any(isinstance(each, type) for each in allowed) and not any(
                _allows(each, argument, exactly=bool(constraints)) for each in allowed
            ):
                names = " or ".join(getattr(each, "__name__", str(each)) for each in allowed)
                wanted = names if constraints else f"a subclass of {names}"
                found = argument.__name__
                return f"the type parameter {parameter} has to be {wanted}, not {found}"
    return ""


def _allows(allowed: object, argument: type, *, exactly: bool) -> bool:
    if exactly or not isinstance(allowed, type):
        return allowed is argument or not isinstance(allowed, type)
    try:
        return issubclass(argument, allowed)
    except TypeError:  # a protocol with attributes, which classes cannot be compared with
        return True


def _closed_mark(mark: object, types: Types) -> object:
    """Return a mark whose key has type arguments, if it is an injection."""
    if isinstance(mark, Injection) and isinstance(mark.dependency, Resolution):
        return Injection(closed(mark.dependency.key, types))
    return mark
