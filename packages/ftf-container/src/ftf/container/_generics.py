"""The type parameters of generic services, and what stands for them."""

from collections.abc import Mapping
from typing import TypeVar, get_args, get_origin

type Types = Mapping[object, object]


def type_arguments(cls: object) -> dict[object, object]:
    """Map the type parameters of a class and its bases to what a closed form puts there."""
    origin = get_origin(cls) or cls
    known = dict(zip(getattr(origin, "__parameters__", ()), get_args(cls), strict=False))
    for base in getattr(origin, "__orig_bases__", ()):
        known |= type_arguments(substitute(base, known))
    return known


def substitute(hint: object, types: Types) -> object:
    """Put type arguments in the place of the type parameters in a hint."""
    if isinstance(hint, TypeVar):
        return types.get(hint, hint)
    parameters = () if isinstance(hint, type) else getattr(hint, "__parameters__", ())
    if not any(parameter in types for parameter in parameters):
        return hint
    arguments = tuple(types.get(parameter, parameter) for parameter in parameters)
    return hint[arguments]  # type: ignore[index]


def close(implementation: object, template: object, key: object) -> tuple[object, Types]:
    """Close a generic implementation the way `key` closes what it implements.

    Args:
        implementation: A generic class or function.
        template: The open form of the key in terms of the implementation's type parameters.
        key: The closed form that was asked for.

    Returns:
        What to call, and the type arguments of its parameters' hints.
    """
    pairs = zip(get_args(template), get_args(key), strict=False)
    known = {parameter: argument for parameter, argument in pairs}
    parameters = getattr(implementation, "__parameters__", ())
    if not isinstance(implementation, type) or not parameters:
        return implementation, known
    closed = implementation[tuple(known.get(each, each) for each in parameters)]  # type: ignore[index]
    return closed, type_arguments(closed)


def fits(parameter: object, argument: object) -> bool:
    """Tell whether a type argument keeps to the bound and constraints of its parameter."""
    if not isinstance(parameter, TypeVar) or not isinstance(argument, type):
        return True
    bound, constraints = parameter.__bound__, parameter.__constraints__
    within = not isinstance(bound, type) or issubclass(argument, bound)
    return within and (not constraints or argument in constraints)
