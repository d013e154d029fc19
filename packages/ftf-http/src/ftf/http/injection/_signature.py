"""Signatures whose string annotations are evaluated, with local classes included."""

import typing
from collections.abc import Callable, Collection, Mapping
from inspect import Parameter, Signature, currentframe, signature, unwrap
from types import MappingProxyType, NoneType, SimpleNamespace

from ..exceptions import InvalidInjectionError

_VARIADIC = {Parameter.VAR_POSITIONAL, Parameter.VAR_KEYWORD}


def evaluated_signature(
    function: Callable[..., object], more: Mapping[str, object] = MappingProxyType({})
) -> Signature:
    """Return a signature with evaluated annotations; one that cannot be evaluated stays a string.

    Args:
        function: The function.
        more: Further names that its annotations can use.
    """
    read = signature(function)
    hints = [parameter.annotation for parameter in read.parameters.values()]
    if not any(isinstance(hint, str) for hint in (*hints, read.return_annotation)):
        return read
    names = _Names(function, more)
    parameters = [
        parameter.replace(annotation=names.evaluate(parameter.annotation))
        for parameter in read.parameters.values()
    ]
    return Signature(parameters, return_annotation=names.evaluate(read.return_annotation))


def required_annotations(
    function: Callable[..., object], given: Collection[str] = ()
) -> dict[str, object]:
    """Return the annotations of the parameters that have no default and are not given.

    Raises:
        InvalidInjectionError: An annotation is missing or cannot be evaluated.
    """
    required = {
        name: parameter.annotation
        for name, parameter in evaluated_signature(function).parameters.items()
        if name not in given
        if parameter.default is Parameter.empty and parameter.kind not in _VARIADIC
    }
    for name, annotation in required.items():
        if annotation is Parameter.empty:
            problem, remedy = "has no annotation", "Annotate it with its service, or pass it."
            raise InvalidInjectionError(function, name, problem, remedy)
        if isinstance(annotation, str):
            problem = f"is annotated {annotation!r}, which cannot be evaluated"
            raise InvalidInjectionError(function, name, problem, "Import its names at run time.")
    return required


class _Names:
    """The names that the annotations of a function can use."""

    def __init__(self, function: Callable[..., object], more: Mapping[str, object]) -> None:
        source = unwrap(function)
        self._more = more
        self._globals: dict[str, object] = getattr(source, "__globals__", {})
        self._definer = getattr(source, "__qualname__", "").rpartition(".<locals>.")[0]

    def evaluate(self, annotation: object) -> object:
        """Return an annotation, evaluated if it is a string whose names are defined."""
        if not isinstance(annotation, str):
            return annotation
        # get_type_hints() evaluates all annotations of an object: give it an object with this one.
        alone = SimpleNamespace(__annotations__={"hint": annotation})
        try:
            hints = typing.get_type_hints(alone, self._globals, self._locals(), include_extras=True)
        except NameError:
            return annotation
        hint: object = hints["hint"]
        return None if hint is NoneType else hint  # get_type_hints() replaces None

    def _locals(self) -> Mapping[str, object]:
        """Return the local variables of the function that defines the handler, while it runs."""
        frame = currentframe() if self._definer else None
        # The annotations may name local classes, which only the frame of the defining function has.
        while frame is not None and frame.f_code.co_qualname != self._definer:
            frame = frame.f_back
        return self._more if frame is None else {**self._more, **frame.f_locals}
