"""One container scope for each HTTP request and each websocket connection."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from ftf.container import Container, Scope

from .exceptions import NoRequestScopeError

_KEY = "ftf.scope"


class ScopeMiddleware:
    """Opens a container scope around each request, and closes it after the last byte.

    `FastTrackFramework` brings its own, outermost; a plain FastAPI or Starlette application adds
    it with `app.add_middleware(ScopeMiddleware, container=container)`.

    Args:
        app: The ASGI application to wrap.
        container: Where the scopes come from.
    """

    def __init__(self, app: ASGIApp, container: Container) -> None:
        self.app = app
        self.container = container

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP and websockets passes untouched."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        async with self.container.scoped_context() as services:
            scope[_KEY] = services
            await self.app(scope, receive, send)


def scope_of(connection: HTTPConnection) -> Scope:
    """Find the container scope of a request or websocket.

    Raises:
        NoRequestScopeError: No `ScopeMiddleware` stands around the application.
    """
    services = connection.scope.get(_KEY)
    if not isinstance(services, Scope):
        raise NoRequestScopeError(connection.scope["path"])
    return services
