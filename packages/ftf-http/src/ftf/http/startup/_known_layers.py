"""Which layers of ASGI middleware stand around the router of an application."""

from typing import Final

from ..request._scope import ScopeMiddleware
from ..routing._originals import is_own
from ..shutdown._stream_end import StreamEndMiddleware

# Their work is done by the direct way, or they have none for a request that is not recorded. A
# limit of bodies is a layer of its own inside of AppBodyLimitMiddleware, and is not among them.
_OF_FASTAPI: Final = {
    "fastapi._body_limit.AppBodyLimitMiddleware",
    "fastapi.middleware.asyncexitstack.AsyncExitStackMiddleware",
    "fastapi.telemetry._asgi.ExceptionTelemetryMiddleware",
    "starlette.middleware.errors.ServerErrorMiddleware",
    "starlette.middleware.exceptions.ExceptionMiddleware",
}


def unknown_layer(stack: object, router: object) -> str | None:
    """Return the name of a layer around a router that is unknown, or works in another way.

    Args:
        stack: The outermost layer.
        router: The router.
    """
    layer: object = stack
    while layer is not router:
        cls = type(layer)
        is_own_layer = cls in {ScopeMiddleware, StreamEndMiddleware}
        name = f"{cls.__module__}.{cls.__qualname__}"
        if not is_own_layer and not (name in _OF_FASTAPI and is_own(cls, "__call__")):
            return name
        layer = getattr(layer, "app", None)
    return None
