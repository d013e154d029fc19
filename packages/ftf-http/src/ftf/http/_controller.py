"""Classes whose methods are route handlers."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from inspect import Parameter, getattr_static, signature
from typing import ClassVar, NamedTuple, Unpack

from fastapi import params

from ._endpoint import Endpoint, compiled
from ._options import RouteOptions

_OPERATIONS = "ftf_operations"


class Controller:
    """A group of route handlers that share a constructor, which the container calls.

    A request has a controller of its own. Methods become routes by `get`, `post`, `put`, `patch`
    and `delete`; `FastTrackFramework.add_controller` and `Router.add_controller` serve them.

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

    Raises:
        TypeError: It is no `Controller`, or a method of it has no `self` to be called with.
        ValueError: Its prefix does not start with a slash.
    """
    _check(controller)
    names = dict.fromkeys(name for cls in reversed(controller.__mro__) for name in vars(cls))
    for name in names:
        method = getattr(controller, name)
        for path, options in getattr(method, _OPERATIONS, ()):
            own = _own_parameter(controller, name)
            joined = options.copy()
            joined["tags"] = [*controller.tags, *(options.get("tags") or ())]
            joined["dependencies"] = [
                *controller.dependencies,
                *(options.get("dependencies") or ()),
            ]
            yield controller.prefix + path, compiled(method, {own: controller}), joined


def _check(controller: object) -> None:
    if not (isinstance(controller, type) and issubclass(controller, Controller)):
        raise TypeError(f"{controller!r} is no class that inherits from Controller.")
    if controller.prefix and not controller.prefix.startswith("/"):
        remedy = f"write {'/' + controller.prefix!r}"
        raise ValueError(f"The prefix of {controller.__qualname__} has no leading slash: {remedy}.")


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
    def mark(method: F) -> F:
        if isinstance(method, staticmethod | classmethod):
            raise TypeError(_no_self(method.__qualname__))
        operation = Operation(path, {**options, "methods": [verb]})
        setattr(method, _OPERATIONS, (*getattr(method, _OPERATIONS, ()), operation))
        return method

    return mark
