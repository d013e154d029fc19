"""Routes whose handlers are compiled when they are declared."""

from collections.abc import Callable, Sequence
from typing import Unpack

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from ..injection._endpoint import compiled
from ..injection._readable import naming_parameters
from ._controller import Controller, operations_of
from ._fast_path import Handler, ShortWay, shortened, without_stacks
from ._options import RouterOptions


class Route(APIRoute):
    """A route that asks the container once for everything its handler wants injected.

    `FastTrackFramework` and `Router` make their routes of this class. Under another route class
    each injected parameter is a FastAPI dependency of its own, with the same result.

    Args:
        path: The path, with its parameters in braces.
        endpoint: The handler.
        options: Whatever else FastAPI's `APIRoute` takes.
    """

    def __init__(self, path: str, endpoint: Callable[..., object], **options: object) -> None:
        with naming_parameters(endpoint, options.get("dependencies")):
            super().__init__(path, compiled(endpoint), **options)  # type: ignore[arg-type]  # passed on
        if type(self).get_route_handler is Route.get_route_handler:
            self.app: ASGIApp = without_stacks(self.app, self._way)

    def get_route_handler(self) -> Handler:
        """Make a handler for the route itself, and another for each inclusion of it."""
        handle = super().get_route_handler()
        self._way = ShortWay.beside(handle)  # of the handler that was made last
        return shortened(handle, self._way)


class Router(APIRouter):
    """FastAPI's router, with compiled handlers and controllers.

    Args:
        route_class: What its routes are made of.
        options: Whatever else FastAPI's `APIRouter` takes.
    """

    def __init__(
        self, *, route_class: type[APIRoute] = Route, **options: Unpack[RouterOptions]
    ) -> None:
        super().__init__(route_class=route_class, **options)

    def add_controller(self, controller: type[Controller]) -> None:
        """Add the routes of a controller.

        Raises:
            TypeError: It is not a `Controller`, a handler of it has no `self`, or a type parameter
                has no argument.
            ValueError: It has no handlers, or its prefix or a path does not start with a slash.
        """
        for path, endpoint, options in operations_of(controller):
            self.add_api_route(path, endpoint, **options)

    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., object],
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
    ) -> None:
        """Serve a websocket; see `fastapi.APIRouter.websocket`."""
        with naming_parameters(endpoint, dependencies):
            super().add_api_websocket_route(path, endpoint, name, dependencies=dependencies)
