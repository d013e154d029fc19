"""Listeners: what is called with an event."""

from collections.abc import Callable
from dataclasses import dataclass
from inspect import Parameter, signature
from typing import Final, Protocol, cast

from .._dependency_path import Step, location_of, location_of_caller, name_of
from ..exceptions import InvalidRegistrationError
from ..registration._factory_kind import Kind

USUAL_METHOD: Final = "handle"
_BY_NAME = {Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY}


class Handles[E](Protocol):
    """A class whose instances are called with an event."""

    def handle(self, event: E, /) -> object:
        """Act on an event; plain or async."""


@dataclass(frozen=True, slots=True)
class Listener:
    """What is called with the events of a type, and when.

    Args:
        event: The type of the events; those of its subclasses are meant as well.
        target: The class that the container builds, or the function.
        name: The method of the class, or the parameter of the function that takes the event.
        after_commit: Whether it runs after the outermost commit, in a scope of its own.
        location: The `file:line` that registered it.
        is_class: Whether the container builds it.
        enqueue: What is called in its place with the event, to enqueue a job that calls it.
    """

    event: type
    target: Callable[..., object]
    name: str
    after_commit: bool
    location: str
    is_class: bool
    enqueue: Callable[..., object] | None = None

    @classmethod
    def of(
        cls, event: type, target: Callable[..., object], method: str, *, after_commit: bool
    ) -> "Listener":
        """Return the listener for a class or function.

        Raises:
            InvalidRegistrationError: It cannot be called with an event.
        """
        _check_event(event)
        if is_class := isinstance(target, type):
            _check_method(target, method)
        name = method if is_class else _first_parameter(target)
        return cls(event, target, name, after_commit, location_of_caller(), is_class)

    @property
    def service(self) -> type:
        """The class that the container builds."""
        return cast("type", self.target)

    @property
    def method(self) -> tuple[Callable[..., object], str]:
        """What is called, whatever the event."""
        return self.target, self.name

    def __str__(self) -> str:
        return f"{name_of(self.target)}.{self.name}" if self.is_class else name_of(self.target)


def _check_event(event: object) -> None:
    if not isinstance(event, type):
        problem = f"{name_of(event)} is not a class, and an event is found by its class."
        raise _refusal(event, problem, "Listen to a class, without type arguments.")
    try:
        issubclass(object, event)
    except TypeError as error:  # protocols with attributes, and those without @runtime_checkable
        problem = f"It cannot be asked which classes are a {name_of(event)}: {error}."
        raise _refusal(event, problem, "Listen to a class that is not a protocol.") from None


def _check_method(target: type, name: str) -> None:
    method = getattr(target, name, None)
    if not callable(method):
        problem = f"{name_of(target)} has no method `{name}`."
        raise _refusal(target, problem, f"Add `async def {name}(self, event)` to it.")
    _refuse_yielding(target, method)
    try:
        signature(method).bind(None, None)  # itself and the event
    except TypeError:
        problem = f"`{name}` of {name_of(target)} does not take one event."
        raise _refusal(target, problem, "Ask for services in `__init__`.") from None


def _first_parameter(function: Callable[..., object]) -> str:
    if not callable(cast("object", function)):
        problem = f"{name_of(function)} is not a class or function."
        raise _refusal(function, problem, "Pass the class of a listener, or a function.")
    _refuse_yielding(function, function)
    first = next(iter(signature(function).parameters.values()), None)
    if first is None or first.kind not in _BY_NAME:
        problem = f"The first parameter of {name_of(function)} does not take the event by its name."
        raise _refusal(function, problem, "Write `async def f(event: Event, ...)`.")
    return first.name


def _refuse_yielding(target: object, function: Callable[..., object]) -> None:
    if Kind.of(function).is_generator:
        problem = f"{name_of(target)} yields, so calling it would do nothing."
        raise _refusal(target, problem, "Leave the `yield` out.")


def _refusal(target: object, problem: str, remedy: str) -> InvalidRegistrationError:
    return InvalidRegistrationError((Step(target, "", location_of(target)),), problem, remedy)
