"""Generic types: their parameters, their arguments, and closing an open implementation."""

from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Generic, Protocol, TypeVar, Union, get_args, get_origin, is_protocol

from .._dependency_path import name_of

type Types = Mapping[object, object]


def type_arguments(cls: object) -> dict[object, object]:
    """Return the type arguments of a class and its bases, by type parameter."""
    origin = get_origin(cls) or cls
    known = dict(zip(getattr(origin, "__parameters__", ()), get_args(cls), strict=False))
    bases = getattr(origin, "__orig_bases__", ())
    for base in (each for each in bases if get_origin(each) not in {Generic, Protocol}):
        known |= type_arguments(substitute(base, known))
    return known


def open_form(key: object) -> object:
    """Return the generic class that a form closes; `None` if it is not such a form."""
    origin = get_origin(key)
    return origin if getattr(origin, "__parameters__", ()) else None


def is_form_of(form: object, key: object) -> bool:
    """Return whether a form is a key, or closes the generic class that is the key."""
    return key in {form, open_form(form)}


def substitute(hint: object, types: Types) -> object:
    """Return a hint with type arguments instead of type parameters."""
    if isinstance(hint, TypeVar):
        return types.get(hint, hint)
    # An open class keeps its type parameters: they are its own, even if they have the same name.
    parameters = () if isinstance(hint, type) else getattr(hint, "__parameters__", ())
    if not any(parameter in types for parameter in parameters):
        return hint
    arguments = tuple(types.get(parameter, parameter) for parameter in parameters)
    return hint[arguments]  # type: ignore[index]


def close(
    implementation: Callable[..., object], made: object, key: object
) -> tuple[Callable[..., object], Types]:
    """Return a generic implementation, closed with the type arguments of `key`.

    Args:
        implementation: A class or function.
        made: The type it makes, in terms of its own type parameters.
        key: The closed form that was asked for.

    Returns:
        What to call, and the type arguments of its parameters' hints.

    Raises:
        TypeError: A type argument does not fit.
    """
    known: dict[object, object] = {}
    parameters = getattr(get_origin(key), "__parameters__", ())
    templates = _templates(made, parameters)
    for parameter, template, argument in zip(parameters, templates, get_args(key), strict=False):
        if not (_fits(argument, parameter) and _matches(argument, template, known)):
            raise TypeError(f"{name_of(argument)} does not fit {name_of(parameter)}")
    own = getattr(implementation, "__parameters__", ())
    if not isinstance(implementation, type) or not own:
        return implementation, known
    closed = implementation[tuple(known.get(each, each) for each in own)]  # type: ignore[index]
    return closed, type_arguments(closed)


def _templates(made: object, parameters: Sequence[object]) -> Sequence[object]:
    """Return the types that stand for a key's type parameters: by inheritance, else by position."""
    known = type_arguments(made)
    if any(parameter in known for parameter in parameters):
        return [known.get(parameter, parameter) for parameter in parameters]
    return get_args(made) or getattr(made, "__parameters__", ()) or parameters


def _matches(argument: object, template: object, known: dict[object, object]) -> bool:
    if isinstance(template, TypeVar):
        return _fits(argument, template) and known.setdefault(template, argument) == argument
    inner = zip(get_args(argument), get_args(template), strict=False)
    return argument == template or (
        get_origin(argument) == get_origin(template) is not None
        and all(_matches(*pair, known) for pair in inner)
    )


def _fits(argument: object, parameter: object) -> bool:
    """Return whether a type argument keeps to the bound and constraints of its parameter."""
    cls = get_origin(argument) or argument
    if cls in {Union, UnionType}:
        return all(_fits(each, parameter) for each in get_args(argument))
    if not isinstance(parameter, TypeVar) or not isinstance(cls, type):
        return True
    bound, constraints = parameter.__bound__, parameter.__constraints__
    if isinstance(bound, type) and is_protocol(bound):
        bound = None
    within = not isinstance(bound, type | UnionType) or issubclass(cls, bound)
    return within and (not constraints or argument in constraints)
