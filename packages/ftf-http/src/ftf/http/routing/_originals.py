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


# Not a loop over the names: these are read for each request.
def _methods() -> tuple[object, ...]:
    return (
        APIRoute.matches,
        APIRoute.handle,
        Route.matches,
        Route.handle,
        APIRouter.app,
        APIRouter.__call__,
        FastAPI.__call__,
        Starlette.__call__,
        ServerErrorMiddleware.__call__,
        ExceptionMiddleware.__call__,
        AsyncExitStackMiddleware.__call__,
    )


_ORIGINALS: Final = _methods()
_WERE_OWN: Final = all(
    is_own(cls, name)
    for cls, *names in (
        (APIRoute, "matches", "handle"),
        (Route, "matches", "handle"),
        (APIRouter, "app", "__call__"),
        (Router, "app", "__call__"),
        (FastAPI, "__call__"),
        (Starlette, "__call__"),
        (ServerErrorMiddleware, "__call__"),
        (ExceptionMiddleware, "__call__"),
        (AsyncExitStackMiddleware, "__call__"),
    )
    for name in names
)


def all_are_original() -> bool:
    """Return whether FastAPI and Starlette serve and find requests by their own methods."""
    return _WERE_OWN and _methods() == _ORIGINALS
