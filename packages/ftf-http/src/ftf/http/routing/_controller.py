"""`Controller`, and the decorators that make its methods route handlers."""

from collections.abc import Callable, Iterator, Sequence
from enum import Enum
from inspect import Parameter, Signature, getattr_static, signature, unwrap
from typing import ClassVar, NamedTuple, TypeVar, Unpack

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from ..injection._early_checks import marks_of
from ..injection._endpoint import Endpoint, compiled
from ..injection._signature import evaluated_signature
from ..injection._type_parameters import (
    Types,
    closed,
    closed_signature,
    open_parameters,
    refused_argument,
    type_arguments,
)
from ._options import RouteOptions
from ._precedence import Operation, Placed, in_precedence

_OPERATIONS = "ftf_operations"


class Action(NamedTuple):
    """A route of a controller, with type arguments in place of type parameters.

    Args:
        name: The name of the method.
        method: The function that handles a request.
        signature: Its parameters and result.
        options: The options of the route.
    """

    name: str
    method: Endpoint
    signature: Signature
    options: RouteOptions


class Controller:
    """A group of route handlers that share a constructor, which the container calls.

    Each request gets a new controller. Methods become routes by `get`, `post`, `put`, `patch`
    and `delete`; `FastTrackFramework.add_controller` and `Router.add_controller` add them. A
    method that overrides a handler keeps its route, and `/export` of a subclass comes before the
    `/{id}` of its base. In a generic controller, the type arguments of a subclass replace the type
    parameters: `class Things(Crud[Thing])`.

    Attributes:
        prefix: The start of every path.
        tags: Tags of every route.
        dependencies: FastAPI dependencies of every route.
        access: What every route demands of a credential, as `ftf.http.auth.Access("api")`.
    """

    prefix: ClassVar[str] = ""
    tags: ClassVar[Sequence[str | Enum]] = ()
    dependencies: ClassVar[Sequence[params.Depends]] = ()
    access: ClassVar[params.Depends | None] = None

    @classmethod
    def _adapted(cls, action: Action) -> Action | None:
        """Return a route as it is served, or `None` if it is not served."""
        return action


def get[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Make a method handle GET; the options are those of `FastAPI.get`."""
    return _verb("GET", path, options)


def post[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Make a method handle POST; the options are those of `FastAPI.post`."""
    return _verb("POST", path, options)


def put[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Make a method handle PUT; the options are those of `FastAPI.put`."""
    return _verb("PUT", path, options)


def patch[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Make a method handle PATCH; the options are those of `FastAPI.patch`."""
    return _verb("PATCH", path, options)


def delete[F: Endpoint](path: str = "", **options: Unpack[RouteOptions]) -> Callable[[F], F]:
    """Make a method handle DELETE; the options are those of `FastAPI.delete`."""
    return _verb("DELETE", path, options)


def operations_of(controller: type[Controller]) -> list[tuple[str, Endpoint, RouteOptions]]:
    """Return the path, handler and options of each route of a controller, in order of definition.

    A method that overrides a handler and has no decorator keeps the routes of that handler. A route
    of a subclass comes before those of its bases that would hide it.

    Raises:
        TypeError: It is not a `Controller`, a handler of it has no `self`, or a type parameter has
            no argument or one that it does not allow.
        ValueError: It has no handlers, or its prefix or a path does not start with a slash.
    """
    _check(controller)
    types = type_arguments(controller)
    if refused := refused_argument(types):
        raise TypeError(f"{controller.__qualname__}: {refused}.")
    names = dict.fromkeys(name for cls in reversed(controller.__mro__) for name in vars(cls))
    marked = [placed for name in names for placed in _operations(controller, name)]
    if not marked:
        name, verbs = controller.__qualname__, "`get`, `post`, `put`, `patch` or `delete`"
        raise ValueError(f"{name} has no handlers: decorate its methods with {verbs}.")
    found: list[tuple[str, Endpoint, RouteOptions]] = []
    for name, _, (path, options) in in_precedence(marked):
        action = controller._adapted(_action(controller, name, options, types))  # noqa: SLF001  # of this package
        if action is not None:
            handler = compiled(
                action.method, {_self_name(controller, name): controller}, action.signature
            )
            found.append((controller.prefix + path, handler, action.options))
    if missing := open_parameters(controller, types):  # which only its services may have
        raise TypeError(_open(controller, "", missing[0]))
    return found


def add_operations(
    router: APIRouter, controller: type[Controller], *, is_root: bool = False
) -> None:
    """Add the routes of a controller to a router.

    Args:
        router: The router.
        controller: The controller.
        is_root: Whether the router is not included under a prefix, so that a path needs a slash.

    Raises:
        TypeError: As `operations_of`.
        ValueError: As `operations_of`, or the router has the routes of the controller already.
    """
    operations = operations_of(controller)
    if is_root and any(not path for path, _, _ in operations):
        remedy = "write `prefix = ...`, or '/' as the path"
        raise ValueError(f"{controller.__qualname__} has a path without a slash: {remedy}.")
    for path, endpoint, options in operations:
        for route in router.routes:
            if _is_added(route, router.prefix + path, endpoint, options):
                verbs = ", ".join(options["methods"])
                raise ValueError(
                    f"{controller.__qualname__} is added already: {verbs} {router.prefix + path} "
                    "has its handler. Add it once."
                )
    for path, endpoint, options in operations:
        router.add_api_route(path, endpoint, **options)


def declared_dependencies(
    controller: type[Controller], method: Endpoint
) -> Iterator[Sequence[params.Depends]]:
    """Return the dependencies of a controller, and those of each route that a method declares."""
    yield [*filter(None, [controller.access]), *controller.dependencies]
    declared: Sequence[Operation] = getattr(method, _OPERATIONS, ())
    for operation in declared:
        yield operation.options.get("dependencies") or ()


def _is_added(route: BaseRoute, path: str, endpoint: Endpoint, options: RouteOptions) -> bool:
    return (
        isinstance(route, APIRoute)
        and route.path == path
        and route.methods == {*options["methods"]}
        and unwrap(route.endpoint) is unwrap(endpoint)
    )


def _operations(controller: type[Controller], name: str) -> list[Placed]:
    """Return the operations of a method, or those of the nearest method that it overrides."""
    if not callable(getattr(controller, name)):
        return []
    for rank, cls in enumerate(controller.__mro__):
        declared = getattr(getattr(cls, name), _OPERATIONS, ()) if name in vars(cls) else ()
        if declared:
            marks = _overridden_marks(controller, name, rank)
            return [Placed(name, rank, _with_marks(operation, marks)) for operation in declared]
    return []


def _overridden_marks(controller: type[Controller], name: str, rank: int) -> list[params.Depends]:
    """Return the marks, such as `Access`, of the methods that a method overrides.

    They go with the route that it keeps.

    Args:
        controller: The controller.
        name: The name of the method.
        rank: The position of the class that declares the route in the `__mro__`.
    """
    classes = controller.__mro__[: rank + 1]
    _, *overridden = (getattr(cls, name) for cls in classes if name in vars(cls))
    return [mark for method in reversed(overridden) for mark in marks_of(method)]


def _with_marks(operation: Operation, marks: Sequence[params.Depends]) -> Operation:
    if not marks:
        return operation
    options = operation.options.copy()
    options["dependencies"] = [*(options.get("dependencies") or ()), *marks]
    return operation._replace(options=options)


def _action(controller: type[Controller], name: str, options: RouteOptions, types: Types) -> Action:
    method = getattr(controller, name)
    _self_name(controller, name)
    # String annotations may name type parameters, which get_type_hints() does not find by itself.
    scopes = {each.__name__: each for each in types if isinstance(each, TypeVar)}
    signature = closed_signature(evaluated_signature(method, scopes), types)
    hints = {key: each.annotation for key, each in signature.parameters.items()}
    for parameter, hint in (hints | {"return": signature.return_annotation}).items():
        if missing := open_parameters(hint, types):
            raise TypeError(_open(controller, f".{name}, {parameter!r}", missing[0]))
    joined = options.copy()
    joined["tags"] = [*controller.tags, *(options.get("tags") or ())]
    joined["dependencies"] = [
        *filter(None, [controller.access]),
        *controller.dependencies,
        *(options.get("dependencies") or ()),
    ]
    if "response_model" in options:
        joined["response_model"] = closed(options["response_model"], types)
    return Action(name, method, signature, joined)


def _open(controller: type[Controller], place: str, parameter: str) -> str:
    cls = controller.__qualname__
    remedy = f"add a subclass that has one, `class ...({cls}[...])`"
    return f"{cls}{place}: the type parameter {parameter} has no argument: {remedy}."


def _check(controller: object) -> None:
    if not (isinstance(controller, type) and issubclass(controller, Controller)):
        raise TypeError(f"{controller!r} is not a subclass of Controller.")
    for name in ("prefix", "tags", "dependencies"):
        if callable(getattr(controller, name)):
            place = f"{controller.__qualname__}.{name}"
            raise TypeError(f"{place} is an attribute of all controllers: rename the method.")
    if controller.prefix and not controller.prefix.startswith("/"):
        raise ValueError(_no_slash(f"The prefix of {controller.__qualname__}", controller.prefix))


def _no_slash(subject: str, path: str) -> str:
    return f"{subject} has no leading slash: write {'/' + path!r}."


def _self_name(controller: type[Controller], name: str) -> str:
    """Return the name of a method's parameter for its controller, usually `self`."""
    defined = getattr_static(controller, name)
    parameters = iter(signature(getattr(controller, name)).parameters.values())
    first = None if isinstance(defined, staticmethod | classmethod) else next(parameters, None)
    method = f"{controller.__qualname__}.{name}"
    if first is not None and first.kind is Parameter.POSITIONAL_ONLY:
        raise TypeError(f"{method} is called by keywords: remove the `/` from its parameters.")
    if (
        first is None
        or first.kind is not Parameter.POSITIONAL_OR_KEYWORD
        or first.default is not first.empty
    ):
        raise TypeError(_no_self(method))
    return first.name


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
