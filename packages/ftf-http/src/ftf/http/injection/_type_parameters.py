"""The type parameters of generic controllers, and the type arguments of their subclasses."""

from collections.abc import Mapping
from inspect import Signature
from types import get_original_bases
from typing import Annotated, Generic, TypeVar, cast, get_args, get_origin

from ._inject import Injection, Resolution

type Types = Mapping[object, object]


def type_arguments(cls: object) -> dict[object, object]:
    """Return the type arguments of a class and its bases, by type parameter.

    The argument of a parameter that has none is its default, or else the parameter itself.
    """
    origin = cast("type", get_origin(cls) or cls)
    parameters: tuple[object, ...] = getattr(origin, "__parameters__", ())
    arguments = {each: closed(each, {}) for each in parameters}
    arguments |= dict(zip(parameters, get_args(cls), strict=False))
    for base in get_original_bases(origin):
        if get_origin(base) is not Generic:
            arguments |= type_arguments(closed(base, arguments))
    return arguments


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
    parameters = () if isinstance(hint, type) else getattr(hint, "__parameters__", ())
    if not parameters:
        return hint
    arguments = tuple(closed(parameter, types) for parameter in parameters)
    return hint[arguments]  # type: ignore[index]  # a hint with parameters takes arguments


def open_parameters(hint: object, types: Types) -> list[str]:
    """Return the names of the type parameters of a hint that have no argument."""
    parameters = (hint,) if isinstance(hint, TypeVar) else getattr(hint, "__parameters__", ())
    return [str(each) for each in parameters if types.get(each) is each]


def _closed_mark(mark: object, types: Types) -> object:
    """Return a mark whose key has type arguments, if it is an injection."""
    if isinstance(mark, Injection) and isinstance(mark.dependency, Resolution):
        return Injection(closed(mark.dependency.key, types))
    return mark
