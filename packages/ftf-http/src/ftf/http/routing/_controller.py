"""Classes whose methods are route handlers."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from inspect import Parameter, getattr_static, signature
from typing import ClassVar, NamedTuple, TypeVar, Unpack

from fastapi import params

from ..injection._endpoint import Endpoint, compiled
from ..injection._signature import evaluated_signature
from ..injection._type_parameters import (
    Types,
    closed,
    closed_signature,
    open_parameters,
    type_arguments,
)
from ._options import RouteOptions

_OPERATIONS = "ftf_operations"


class Controller:
    """A group of route handlers that share a constructor, which the container calls.

    A request has a controller of its own. Methods become routes by `get`, `post`, `put`, `patch`
    and `delete`; `FastTrackFramework.add_controller` and `Router.add_controller` serve them. A
    method that overrides one keeps its route, and a generic controller has the type arguments of
    its subclass: `class Things(Crud[Thing])`.

    Attributes:
        prefix: What every path starts with.
        tags: Tags of every route.
        dependencies: FastAPI dependencies of every route.
    """

    prefix: ClassVar[str] = ""
    tags: ClassVar[Sequence[str | Enum]] = ()
    dependencies: ClassVar[Sequence[params.Depends]] = ()


class Operation(NamedTuple):
    """What a verb says about a method."""

    path: str
    options: RouteOptions


def get[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Serve GET by a method of a controller; takes what `FastAPI.get` takes."""
    return _verb("GET", path, options)


def post[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Serve POST by a method of a controller; takes what `FastAPI.post` takes."""
    return _verb("POST", path, options)


def put[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Serve PUT by a method of a controller; takes what `FastAPI.put` takes."""
    return _verb("PUT", path, options)


def patch[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Serve PATCH by a method of a controller; takes what `FastAPI.patch` takes."""
    return _verb("PATCH", path, options)


def delete[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Serve DELETE by a method of a controller; takes what `FastAPI.delete` takes."""
    return _verb("DELETE", path, options)


def operations_of(controller: type[Controller]) -> Iterator[tuple[str, Endpoint, RouteOptions]]:
    """List the path, handler and options of each route of a controller, in order of definition.

    A method that overrides a handler without a verb of its own keeps the routes of that handler.

    Raises:
        TypeError: It is not a `Controller`, a method of it has no `self` to be called with, or a
            handler has a type parameter without an argument.
        ValueError: Its prefix or a path does not start with a slash, or it has no handlers.
    """
    _check(controller)
    types = type_arguments(controller)
    names = dict.fromkeys(name for cls in reversed(controller.__mro__) for name in vars(cls))
    marked = [(name, operation) for name in names for operation in _marks(controller, name)]
    if not marked:
        name, verbs = controller.__qualname__, "`get`, `post`, `put`, `patch` or `delete`"
        raise ValueError(f"{name} has no handlers: decorate its methods with {verbs}.")
    for name, (path, options) in marked:
        joined = options.copy()
        joined["tags"] = [*controller.tags, *(options.get("tags") or ())]
        joined["dependencies"] = [
            *controller.dependencies,
            *(options.get("dependencies") or ()),
        ]
        if "response_model" in options:
            joined["response_model"] = closed(options["response_model"], types)
        yield controller.prefix + path, _handler(controller, name, types), joined


def _marks(controller: type[Controller], name: str) -> tuple[Operation, ...]:
    """Find what the verbs say about a method, or about the nearest one that it overrides."""
    if not callable(getattr(controller, name)):
        return ()
    defined = (getattr(cls, name) for cls in controller.__mro__ if name in vars(cls))
    found: Iterator[tuple[Operation, ...]] = (getattr(each, _OPERATIONS, ()) for each in defined)
    return next(filter(None, found), ())


def _handler(controller: type[Controller], name: str, types: Types) -> Endpoint:
    method, own = getattr(controller, name), _own_parameter(controller, name)
    scopes = {each.__name__: each for each in types if isinstance(each, TypeVar)}
    signature = closed_signature(evaluated_signature(method, scopes), types)
    hints = {key: each.annotation for key, each in signature.parameters.items()}
    for parameter, hint in (hints | {"return": signature.return_annotation}).items():
        if missing := open_parameters(hint, types):
            raise TypeError(_open(controller, f"{name}, {parameter!r}", missing[0]))
    return compiled(method, {own: controller}, signature)


def _open(controller: type[Controller], place: str, parameter: str) -> str:
    cls = controller.__qualname__
    remedy = f"serve a subclass that says what it is, `class ...({cls}[...])`"
    return f"{cls}.{place}: the type parameter {parameter} has no argument: {remedy}."


def _check(controller: object) -> None:
    if not (isinstance(controller, type) and issubclass(controller, Controller)):
        raise TypeError(f"{controller!r} is not a subclass of Controller.")
    if controller.prefix and not controller.prefix.startswith("/"):
        raise ValueError(_no_slash(f"The prefix of {controller.__qualname__}", controller.prefix))


def _no_slash(subject: str, path: str) -> str:
    return f"{subject} has no leading slash: write {'/' + path!r}."


def _own_parameter(controller: type[Controller], name: str) -> str:
    """Find what a method calls its controller."""
    defined = getattr_static(controller, name)
    parameters = iter(signature(getattr(controller, name)).parameters.values())
    own = None if isinstance(defined, staticmethod | classmethod) else next(parameters, None)
    method = f"{controller.__qualname__}.{name}"
    if own is not None and own.kind is Parameter.POSITIONAL_ONLY:
        raise TypeError(f"{method} is called by keywords: remove the `/` from its parameters.")
    if (
        own is None
        or own.kind is not Parameter.POSITIONAL_OR_KEYWORD
        or own.default is not own.empty
    ):
        raise TypeError(_no_self(method))
    return own.name


def _no_self(method: str) -> str:
    return f"{method} is a route handler and has no `self`: make it a method of the instance."


def _verb[F: Endpoint](verb: str, path: str, options: RouteOptions) -> Callable[[F], F]:
    if path and not path.startswith("/"):
        raise ValueError(_no_slash(f"The path {path!r} of a handler", path))

    def mark(method: F) -> F:
        if isinstance(method, staticmethod | classmethod):
            raise TypeError(_no_self(method.__qualname__))
        operation = Operation(path, {**options, "methods": [verb]})
        setattr(method, _OPERATIONS, (*getattr(method, _OPERATIONS, ()), operation))
        return method

    return mark
