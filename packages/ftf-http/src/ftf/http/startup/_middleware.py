"""ASGI middleware whose constructor arguments the container delivers."""

from collections.abc import Callable, Mapping
from inspect import signature
from typing import cast

from starlette.middleware import Middleware
from starlette.types import ASGIApp, Receive, Scope, Send

from ftf.container import Container

from .._event_loop import without_context
from ..injection._signature import required_annotations


def missing_arguments(middleware: Middleware) -> Mapping[str, object]:
    """Return the annotations of the constructor arguments that a middleware is not given."""
    constructor = _constructor(middleware.cls)
    given = {
        *_given(None, middleware),
        *_names(constructor) - _names(middleware.cls),
    }  # with `self`
    return required_annotations(constructor, given)


def _names(function: Callable[..., object]) -> set[str]:
    return {*signature(function).parameters}


def _constructor(cls: Callable[..., object]) -> Callable[..., object]:
    """Return the `__init__` of a class or its nearest base, whose module its annotations use."""
    inits = (vars(base).get("__init__") for base in getattr(cls, "__mro__", ())[:-1])
    return next(filter(None, inits), cls)


class BuiltMiddleware:
    """A middleware whose constructor needs services, built when the application starts.

    Args:
        app: The ASGI application to wrap.
        middleware: The class, and the arguments that are given.
        container: The container that delivers the others.
    """

    def __init__(self, app: ASGIApp, middleware: Middleware, container: Container) -> None:
        self.app = app
        self.middleware = middleware
        self.container = container
        self._built: ASGIApp | None = None

    async def build(self) -> ASGIApp:
        """Build the middleware, outside of any request, with the singletons of this start.

        Raises:
            DependencyResolutionError: A service cannot be built.
        """
        cls = cast("Callable[..., ASGIApp]", self.middleware.cls)
        building = self.container.acall(cls, **_given(self.app, self.middleware))
        self._built = built = await without_context(building)
        return built

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan, in which the middleware is built, is passed on."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
        else:
            await (self._built or await self.build())(scope, receive, send)


def _given(app: object, middleware: Middleware) -> Mapping[str, object]:
    arguments = (app, *middleware.args)
    return signature(middleware.cls).bind_partial(*arguments, **middleware.kwargs).arguments
