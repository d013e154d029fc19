"""A handler's signature with its annotations evaluated, local types included."""

import typing
from collections.abc import Callable, Mapping
from inspect import Signature, currentframe, signature, unwrap
from types import SimpleNamespace


def evaluated_signature(function: Callable[..., object]) -> Signature:
    """Read a signature; an annotation that cannot be evaluated stays a string."""
    read = signature(function)
    names = _Names(function)
    parameters = [
        parameter.replace(annotation=names.evaluate(parameter.annotation))
        for parameter in read.parameters.values()
    ]
    return Signature(parameters, return_annotation=names.evaluate(read.return_annotation))


class _Names:
    """The names that a function's annotations can mean."""

    def __init__(self, function: Callable[..., object]) -> None:
        source = unwrap(function)
        self._globals: dict[str, object] = getattr(source, "__globals__", {})
        self._definer = getattr(source, "__qualname__", "").rpartition(".<locals>.")[0]

    def evaluate(self, annotation: object) -> object:
        """Evaluate an annotation that is a string, if its names can be found."""
        if not isinstance(annotation, str):
            return annotation
        alone = SimpleNamespace(__annotations__={"hint": annotation})
        try:
            hints = typing.get_type_hints(alone, self._globals, self._locals(), include_extras=True)
        except NameError:
            return annotation
        return hints["hint"]

    def _locals(self) -> Mapping[str, object]:
        """Find the variables of the function that defines the handler, while it still runs."""
        frame = currentframe() if self._definer else None
        while frame is not None and frame.f_code.co_qualname != self._definer:
            frame = frame.f_back
        return {} if frame is None else frame.f_locals
