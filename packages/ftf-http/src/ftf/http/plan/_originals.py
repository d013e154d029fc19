"""Whether FastAPI's functions are its own: instrumentation replaces those that a plan leaves out.

FastAPI has no public sign of that. What is read here only ever decides that FastAPI serves a route.
"""

from types import FunctionType
from typing import Final

from fastapi import routing
from starlette.requests import Request
from starlette.responses import Response

from ..injection._early_checks import captured_by, unchecked

_MODULES: Final = {
    "fastapi.dependencies.utils",
    "fastapi.routing",
    "starlette.requests",
    "starlette.responses",
}
_NAMES: Final = (
    "solve_dependencies",
    "run_endpoint_function",
    "serialize_response",
    "Request.__init__",
    "Request.body",
    "Response.__init__",
    "Response.__call__",
)


def functions() -> tuple[object, ...]:
    """Return the functions that FastAPI calls for each request, as they are now."""
    return (
        routing.solve_dependencies,  # type: ignore[attr-defined]  # not re-exported
        routing.run_endpoint_function,
        routing.serialize_response,
        Request.__init__,
        Request.body,
        Response.__init__,
        Response.__call__,
    )


def are_original() -> bool:
    """Return whether the functions that FastAPI calls for each request are its own."""
    return all(_is_original(*each) for each in zip(_NAMES, functions(), strict=True))


def calls_handler_directly(app: object) -> bool:
    """Return whether nothing but early checks stands between a route's application and its handler.

    Args:
        app: What FastAPI has made for the route by `request_response(get_request_handler(...))`.
    """
    if not _is_original("request_response.<locals>.app", app):
        return False
    handler = captured_by(app, "f")
    return _is_original("get_request_handler.<locals>.app", unchecked(handler))


def _is_original(name: str, function: object) -> bool:
    return (
        isinstance(function, FunctionType)
        and function.__code__.co_qualname == name
        and function.__globals__["__name__"] in _MODULES
    )
