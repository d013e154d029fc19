"""Whether the methods of FastAPI and Starlette that the package bypasses are their own.

Instrumentation such as Datadog's or New Relic's replaces methods of these classes. Where it has,
before this module was imported or since, requests take FastAPI's way.
"""

from types import FunctionType
from typing import Final

from fastapi import APIRouter, FastAPI
from fastapi.middleware.asyncexitstack import AsyncExitStackMiddleware
from fastapi.routing import APIRoute
from starlette.applications import Starlette
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import Route


def is_own(cls: type, name: str) -> bool:
    """Return whether a method of a class of FastAPI's or Starlette's is the one they define."""
    function = getattr(cls, name, None)
    definer = next((each for each in cls.__mro__ if name in vars(each)), cls)
    return (
        isinstance(function, FunctionType)
        and function.__code__.co_qualname == f"{definer.__qualname__}.{name}"
        and function.__globals__["__name__"] == definer.__module__
    )


# No loops over names in these functions: they are called for each request.
if hasattr(
    APIRouter, "handle"
):  # pragma: no branch  # newer FastAPI, which keeps a tree of routers

    def _routing() -> tuple[object, ...]:
        return (
            APIRoute.matches,
            APIRoute.handle,
            Route.matches,
            Route.handle,
            APIRouter.app,
            APIRouter.matches,
            APIRouter.handle,
        )
else:  # pragma: no cover  # older FastAPI

    def _routing() -> tuple[object, ...]:
        return APIRoute.matches, APIRoute.handle, Route.matches, Route.handle, APIRouter.app


def _layers() -> tuple[object, ...]:
    return (
        FastAPI.__call__,
        Starlette.__call__,
        ServerErrorMiddleware.__call__,
        ExceptionMiddleware.__call__,
        AsyncExitStackMiddleware.__call__,
        APIRouter.__call__,
    )


def _are_own(classes: tuple[type, ...], *names: str) -> bool:
    return all(is_own(cls, name) for cls in classes for name in names if hasattr(cls, name))


_ROUTING: Final = _routing()
_LAYERS: Final = _layers()
_ROUTING_WAS_OWN: Final = _are_own((APIRoute, Route, APIRouter), "matches", "handle", "app")
_ARE_OWN: Final = _ROUTING_WAS_OWN and _are_own(
    (
        FastAPI,
        Starlette,
        ServerErrorMiddleware,
        ExceptionMiddleware,
        AsyncExitStackMiddleware,
        APIRouter,
    ),
    "__call__",
)


def routing_is_original() -> bool:
    """Return whether routers and routes find and serve requests by their own methods."""
    return _ROUTING_WAS_OWN and _routing() == _ROUTING


def all_are_original() -> bool:
    """Return whether applications, layers, routers and routes work by their own methods."""
    return _ARE_OWN and _layers() == _LAYERS and _routing() == _ROUTING
