"""`Route` and `Router`: their handlers are compiled when they are declared."""

from collections.abc import Callable, Sequence
from typing import Unpack, cast

from fastapi import APIRouter, params
from fastapi.routing import APIRoute
from starlette.types import ASGIApp

from ..injection._early_checks import Handler, checked_first, with_marks
from ..injection._endpoint import compiled
from ..injection._readable import naming_parameters
from ..plan._planned import PlannedApp
from ..replies._reply import replying
from ._controller import Controller, add_operations
from ._options import RouterOptions


class Route(APIRoute):
    """A route whose handler gets its injected arguments by one call of the container.

    It is the route class of `FastTrackFramework` and `Router`. With another route class, each
    injected parameter is a FastAPI dependency, which is slower and has the same result.

    Args:
        path: The path, with its parameters in braces.
        endpoint: The handler.
        options: The other options of FastAPI's `APIRoute`.
    """

    def __init__(self, path: str, endpoint: Callable[..., object], **options: object) -> None:
        given = cast("Sequence[params.Depends] | None", options.get("dependencies"))
        options["dependencies"] = dependencies = with_marks(endpoint, given)
        with naming_parameters(endpoint, dependencies):
            super().__init__(path, replying(compiled(endpoint)), **options)  # type: ignore[arg-type]  # passed on
        self._check_path()
        self.app: ASGIApp = PlannedApp.of(self)

    def _check_path(self) -> None:
        """Raise if a dependency reads a parameter that the path does not have."""
        for below in self.dependant.dependencies:
            name = getattr(below.call, "path_parameter", None)
            if name is not None and name not in self.param_convertors:
                raise ValueError(
                    f"{below.name!r} of {self.name} is the record of {{{name}}}, which the path "
                    f"{self.path!r} does not have: write it there."
                )

    def get_route_handler(self) -> Handler:
        """Return a handler; FastAPI calls this for the route and for each inclusion of it."""
        handle = super().get_route_handler()
        return checked_first(handle)


class Router(APIRouter):
    """FastAPI's router, with compiled handlers and controllers.

    Args:
        route_class: The class of its routes.
        options: The other options of FastAPI's `APIRouter`.
    """

    def __init__(
        self, *, route_class: type[APIRoute] = Route, **options: Unpack[RouterOptions]
    ) -> None:
        super().__init__(route_class=route_class, **options)

    def add_controller(self, controller: type[Controller]) -> None:
        """Add the routes of a controller.

        Raises:
            TypeError: It is not a `Controller`, a handler of it has no `self`, or a type parameter
                has no argument, or one that it does not allow.
            ValueError: It has no handlers, its prefix or a path does not start with a slash, or it
                is added already.
        """
        add_operations(self, controller)

    def add_api_websocket_route(
        self,
        path: str,
        endpoint: Callable[..., object],
        name: str | None = None,
        *,
        dependencies: Sequence[params.Depends] | None = None,
    ) -> None:
        """Add the route of a websocket; see `fastapi.APIRouter.websocket`."""
        dependencies = with_marks(endpoint, dependencies)
        with naming_parameters(endpoint, dependencies):
            super().add_api_websocket_route(path, endpoint, name, dependencies=dependencies)
