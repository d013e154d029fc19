"""One container scope for each HTTP request and each websocket connection."""

import logging
import math
from contextlib import nullcontext
from typing import Final, NamedTuple

from anyio import CancelScope, current_effective_deadline
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from ftf.container import Container, Scope

from .._event_loop import time_limit
from ..exceptions import NoRequestScopeError
from ._exchange import Exchange, ResponseReplaced
from ._services import serve_from

CLEANUP_SECONDS: Final = 10.0
SCOPE_KEY: Final = "ftf.http.scope"
# In the scope: what was opened for a request that the layers serve after all.
OPENED: Final = "ftf.http.opened"
_logger = logging.getLogger("ftf.http")


class Opened[E: Exchange](NamedTuple):
    """The container scope and the exchange of a request, and the container scope around it."""

    container_scope: Scope
    exchange: E
    outer: object


class ScopeMiddleware:
    """Opens a container scope around each request, and closes it after the last byte.

    `FastTrackFramework` has one; a plain FastAPI or Starlette application adds it with
    `app.add_middleware(ScopeMiddleware, container=container)`. Services of the scope can ask for
    Starlette's `Request` and `HTTPConnection`. The scope's units of work are settled just before
    the response starts: a status below 400 commits them, unless `mark_rollback` was called; any
    other status, a websocket and a client that has disconnected roll them back.

    Args:
        app: The ASGI application to wrap.
        container: The container that opens the scopes.
        cleanup_seconds: Seconds that the rollback, and then the closing of services, may take when
            a request failed or was cancelled.
    """

    def __init__(
        self, app: ASGIApp, container: Container, *, cleanup_seconds: float = CLEANUP_SECONDS
    ) -> None:
        self.app = app
        self.container = container
        self.cleanup_seconds = cleanup_seconds
        serve_from(container)

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan is passed on unchanged."""
        if scope["type"] not in {"http", "websocket"}:
            await self.app(scope, receive, send)
            return
        container_scope, exchange, outer = scope.pop(OPENED, None) or self._open(
            scope, receive, send
        )
        exchange.pass_to(send)
        try:
            with exchange:
                await self._run(scope, exchange)
            await exchange.close()
        except BaseException as error:
            await self.close_after(error, container_scope, exchange)
            raise
        else:
            await close(container_scope, exchange)
        finally:
            scope[SCOPE_KEY] = outer
        if exchange.failure is not None:
            raise exchange.failure

    async def _run(self, scope: ASGIScope, exchange: Exchange) -> None:
        """Run the application, whose response may have been replaced."""
        try:
            await self.app(scope, exchange.receive, exchange.send)
        except ResponseReplaced:
            pass
        except (ValueError, RecursionError) as error:
            if not await exchange.refuse(error):
                raise
        except BaseExceptionGroup as group:
            # Task groups, as of BaseHTTPMiddleware, put `ResponseReplaced` into a group.
            if (rest := _without_replaced(group)) is group:
                raise
            if rest is not None:
                raise rest from exchange.failure

    def _open(self, scope: ASGIScope, receive: Receive, send: Send) -> Opened[Exchange]:
        """Open a container scope for a request."""
        container_scope, outer = self.container.scoped_context(), scope.get(SCOPE_KEY)
        exchange = Exchange(scope, receive, send, container_scope.units)
        scope[SCOPE_KEY] = container_scope.__enter__()
        return Opened(container_scope, exchange, outer)

    async def close_after(
        self, error: BaseException, container_scope: Scope, exchange: Exchange
    ) -> None:
        """Close the services of a failed or cancelled request, shielded from cancellation."""
        seconds = self.cleanup_seconds
        # anyio requires cancel scopes to exit innermost first, and a service may hold one open:
        # shield only if cancelled.
        shield = CancelScope(shield=True) if _is_cancelled() else nullcontext()
        try:
            with shield:
                try:
                    async with time_limit(seconds):
                        await exchange.close()
                finally:
                    async with time_limit(seconds):
                        await container_scope.__aexit__(type(error), error, error.__traceback__)
        except TimeoutError:
            _logger.error("closing took over %s s: %s", seconds, exchange.label)  # noqa: TRY400


def _without_replaced(group: BaseExceptionGroup) -> BaseExceptionGroup | None:
    """Return a group without `ResponseReplaced`: the same object if it has none, or `None`."""
    return group.split(ResponseReplaced)[1] if group.subgroup(ResponseReplaced) else group


async def close(container_scope: Scope, exchange: Exchange) -> None:
    """Close the services of an answered request; a failure is logged, as the response is sent."""
    try:
        await container_scope.__aexit__(None, None, None)
    except Exception:
        _logger.exception("closing the services failed: %s", exchange.label)


def _is_cancelled() -> bool:
    """Return whether a cancel scope around the application is cancelled, as each await would be."""
    return current_effective_deadline() == -math.inf


def scope_of(scope: ASGIScope) -> Scope:
    """Return the container scope of a request or websocket.

    Raises:
        NoRequestScopeError: The application has no `ScopeMiddleware`.
    """
    container_scope = scope.get(SCOPE_KEY)
    if not isinstance(container_scope, Scope):
        raise NoRequestScopeError(scope["path"])
    return container_scope
