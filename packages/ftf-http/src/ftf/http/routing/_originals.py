"""Whether the methods of FastAPI and Starlette that the index bypasses are their own.

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
from starlette.routing import Route, Router


def is_own(cls: type, name: str) -> bool:
    """Return whether a method of a class of FastAPI's or Starlette's is the one they define."""
    function = getattr(cls, name, None)
    definer = next((each for each in cls.__mro__ if name in vars(each)), cls)
    return (
        isinstance(function, FunctionType)
        and function.__code__.co_qualname == f"{definer.__qualname__}.{name}"
        and function.__globals__["__name__"] == definer.__module__
    )


def _routing() -> tuple[object, ...]:
    return (
        APIRoute.handle,
        APIRoute.matches,
        Route.handle,
        Route.matches,
        APIRouter.__call__,
        APIRouter.app,
        Router.__call__,
        Router.app,
        # Where FastAPI keeps included routers as a tree, they match by these.
        getattr(APIRouter, "handle", None),
        getattr(APIRouter, "matches", None),
    )


def _layers() -> tuple[object, ...]:
    return (
        FastAPI.__call__,
        Starlette.__call__,
        ServerErrorMiddleware.__call__,
        ExceptionMiddleware.__call__,
        AsyncExitStackMiddleware.__call__,
    )


_CALLED: Final = (FastAPI, Starlette, ServerErrorMiddleware, ExceptionMiddleware)
_MATCHING: Final = [
    (cls, name) for cls in (APIRoute, Route, APIRouter, Router) for name in ("handle", "matches")
]
_ROUTING: Final = _routing()
_LAYERS: Final = _layers()
_ROUTING_IS_OWN: Final = all(
    is_own(cls, name)
    for cls, name in (*_MATCHING, (APIRouter, "app"), (Router, "app"), (Router, "__call__"))
    if hasattr(cls, name)
)
_LAYERS_ARE_OWN: Final = all(
    is_own(cls, "__call__") for cls in (*_CALLED, AsyncExitStackMiddleware)
)


def routing_is_original() -> bool:
    """Return whether FastAPI's routers and routes find and serve requests by their own methods."""
    return _ROUTING_IS_OWN and _routing() == _ROUTING


def layers_are_original() -> bool:
    """Return whether FastAPI's layers handle requests by their own methods."""
    return _LAYERS_ARE_OWN and _layers() == _LAYERS
