"""One container scope for each HTTP request and each websocket connection."""

import logging
from typing import Final

from anyio import CancelScope, current_time
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from ftf.container import Container, Scope

from ._exchange import Exchange
from ._request_id import label
from ._unit_of_work import UnitsOfWork
from .exceptions import NoRequestScopeError

CLEANUP_SECONDS: Final = 10.0
_KEY = "ftf.scope"
_logger = logging.getLogger("ftf.http")


class ScopeMiddleware:
    """Opens a container scope around each request, and closes it after the last byte.

    `FastTrackFramework` brings its own, outermost; a plain FastAPI or Starlette application adds
    it with `app.add_middleware(ScopeMiddleware, container=container)`. The units of work of a
    request are settled just before its response starts; see `UnitsOfWork`.

    Args:
        app: The ASGI application to wrap.
        container: Where the scopes come from.
        cleanup_seconds: How long closing may take when a request failed or was cancelled.
    """

    def __init__(
        self, app: ASGIApp, container: Container, *, cleanup_seconds: float = CLEANUP_SECONDS
    ) -> None:
        self.app = app
        self.container = container
        self.cleanup_seconds = cleanup_seconds
        if UnitsOfWork not in container:
            container.register(UnitsOfWork, UnitsOfWork.current, scope="scoped")

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection; anything but HTTP and websockets passes untouched."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        exchange = Exchange(scope, receive, send)
        outer = scope.get(_KEY)
        try:
            await self._serve(scope, exchange)
            if exchange.failure is not None:
                raise exchange.failure
        finally:
            scope[_KEY] = outer
            exchange.failure = None  # its traceback leads back here

    async def _serve(self, scope: ASGIScope, exchange: Exchange) -> None:
        """Run the application in a scope, whose closing no cancellation interrupts."""
        # Entered first and shielded at the end: services may have opened cancel scopes in between.
        with CancelScope() as guard:
            try:
                async with self.container.scoped_context() as services:
                    scope[_KEY] = services
                    await self._run(scope, exchange, guard)
            except Exception:
                if exchange.failure is not None:
                    raise
                _logger.exception("closing the services failed: %s", label(scope))
        if guard.cancelled_caught:
            seconds = self.cleanup_seconds
            _logger.error("closing the services took over %s s: %s", seconds, label(scope))

    async def _run(self, scope: ASGIScope, exchange: Exchange, guard: CancelScope) -> None:
        try:
            with exchange.units:
                await self.app(scope, exchange.receive, exchange.send)
        except BaseException as error:
            exchange.failure = error
            guard.deadline = current_time() + self.cleanup_seconds
            raise
        finally:
            guard.shield = True
            await exchange.close()


def scope_of(connection: HTTPConnection) -> Scope:
    """Find the container scope of a request or websocket.

    Raises:
        NoRequestScopeError: No `ScopeMiddleware` stands around the application.
    """
    services = connection.scope.get(_KEY)
    if not isinstance(services, Scope):
        raise NoRequestScopeError(connection.scope["path"])
    return services
