"""The direct way of a request to its route: one object does the work of the layers between."""

import logging
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

from fastapi import APIRouter
from starlette.types import ASGIApp, Message, Receive, Send
from starlette.types import Scope as ASGIScope

from ftf.container import Container, Correlation, Scope

from .._event_loop import asyncio_task
from .._request_id import identify
from ..request._direct_exchange import DirectExchange
from ..request._exchange import ResponseReplaced, current
from ..request._outermost import Outgoing
from ..request._scope import OPENED, SCOPE_KEY, Opened, close
from ..routing._index import INNER, RouteIndex
from ..routing._index_entries import Entry
from ..routing._originals import all_are_original
from ._file_stack import FileStack
from ._known_layers import unknown_layer
from ._telemetry import Providers, global_providers

_logger = logging.getLogger("ftf.http")
of_records: Final = Correlation.of_records
# What Starlette and FastAPI leave in the scope for each other.
_HANDLERS: Final = "starlette.exception_handlers"
_FILES: Final = "fastapi_middleware_astack"
_LIMIT: Final = "starlette.max_body_size"
_TELEMETRY: Final = "fastapi.telemetry"


class Application(Protocol):
    """What the direct way needs of an application."""

    router: APIRouter
    root_path: str
    middleware_stack: ASGIApp | None


class Direct:
    """Serves a request by its route, without the layers between, where they have nothing to do.

    They have something to do for a request that the index does not find or that FastAPI's telemetry
    records: it goes through all of them. A request that fails in the direct way is handed over to
    the layers, which answer the exception as if it had come from inside of them.

    Args:
        app: Serves a connection by all layers.
        application: The application.
        container: The container that opens the scopes.
        outgoing: Adds headers to the responses.
        admits: Whether the layers between would pass a request on.
    """

    def __init__(
        self,
        app: ASGIApp,
        application: Application,
        container: Container,
        outgoing: Outgoing,
        admits: Callable[[ASGIScope], bool] | None = None,
    ) -> None:
        self.app = app
        self._application = application
        self._container = container
        self._outgoing = outgoing
        self._admits = admits
        self._draining = outgoing.draining
        self._stack: ASGIApp = app
        self._index: RouteIndex | None = None
        self._handlers: object = None
        self._silent: Providers | None = None  # with which FastAPI has recorded nothing

    def begin(self, stack: ASGIApp) -> None:
        """Begin to serve requests, if all layers are known.

        Args:
            stack: FastAPI's layers, with those of the package among them.
        """
        router = self._application.router
        index: object = router.middleware_stack
        if not isinstance(index, RouteIndex):
            _logger.debug("all layers serve each request: the router has another stack")
        elif unknown := unknown_layer(stack, router):
            _logger.debug("all layers serve each request: %s is among them", unknown)
        else:
            _logger.debug("no layers serve the requests of known routes")
            self._stack, self._index = stack, index

    # A plain function that returns an awaitable: `async def` would add a frame to each request. The
    # application's own is async, because a server may call it before it starts the task.
    def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve one connection."""
        index, task = self._index, asyncio_task()
        if index is None or task is None or not self._is_bare(scope):
            return self.app(scope, receive, send)
        if global_providers() != self._silent:
            return self._listen(index, scope, receive, send)
        if self._admits is not None and not self._admits(scope):
            return self.app(scope, receive, send)
        found = index.find(scope)
        if found is None:
            return self.app(scope, receive, send)
        entry, parameters = found
        if not (isinstance(entry, Entry) and entry.is_known):
            return self.app(scope, receive, send)
        entry.update(scope, parameters)
        scope.setdefault("router", self._application.router)
        container_scope = self._container.scoped_context()
        exchange = DirectExchange(
            scope, (receive, send), container_scope.units, self._outgoing, (identify(scope), task)
        )
        return self._serve(entry.app, container_scope, exchange, scope)

    def _is_bare(self, scope: ASGIScope) -> bool:
        """Return whether the layers have nothing to do for a connection, as far as they are known.

        The scope gets what FastAPI and Starlette set first.
        """
        application = self._application
        if (
            scope["type"] != "http"
            or _LIMIT in scope
            or _TELEMETRY in scope
            or application.middleware_stack is not self._stack
            or application.router.middleware_stack is not self._index
            or not all_are_original()
        ):
            return False
        if application.root_path:
            scope["root_path"] = application.root_path
        scope["app"] = application
        return True

    async def _listen(
        self, index: RouteIndex, scope: ASGIScope, receive: Receive, send: Send
    ) -> None:
        """Serve a request by the layers, and note whether FastAPI's telemetry records requests."""
        providers = global_providers()
        try:
            await self.app(scope, receive, send)
        finally:
            if not index.saw_telemetry:
                self._silent = providers

    async def _serve(
        self, app: ASGIApp, container_scope: Scope, exchange: DirectExchange, scope: ASGIScope
    ) -> None:
        """Serve a request by the application of its route, and close its container scope."""
        if self._handlers is None:
            self._handlers = await self._rehearse()
        outer, files = scope.get(SCOPE_KEY), FileStack()
        scope[_FILES], scope[_HANDLERS] = files, self._handlers
        scope[SCOPE_KEY] = container_scope.__enter__()
        token, logged = current.set(exchange), of_records.set(exchange.log_fields)
        try:
            try:
                await app(scope, exchange.receive, exchange)
                if files.is_used or exchange.units or exchange.failure is not None:
                    await _end(files, exchange)
            except BaseException as error:  # noqa: BLE001  # the layers raise it again
                errors = await files.closed_after(error)
                await self._hand_over(errors, Opened(container_scope, exchange, outer), scope)
                return
            finally:
                current.reset(token)
                exchange.forget_request()
                if self._draining.streams:
                    self._draining.release(exchange.served_by)
            await close(container_scope, exchange)
        finally:
            of_records.reset(logged)
            scope[SCOPE_KEY] = outer

    async def _hand_over(
        self, errors: list[BaseException], opened: Opened[DirectExchange], scope: ASGIScope
    ) -> None:
        """Serve a request that has failed by the layers, with its error in place of the route.

        Args:
            errors: The error. The traceback of an error refers to the functions that it has left:
                none of them keeps it.
            opened: What was opened for the request.
            scope: The ASGI scope of the request.
        """
        exchange = opened.exchange

        async def fail(_: ASGIScope, __: Receive, send: Send) -> None:
            await exchange.replay(send)
            while errors:
                raise errors.pop()

        scope[INNER], scope[OPENED] = fail, opened
        await self._stack(scope, exchange.receive, exchange.send_out)

    async def _rehearse(self) -> object:
        """Return the exception handlers that the layers set in the scope of each request."""
        found: dict[str, object] = {}

        async def note(scope: ASGIScope, _: Receive, __: Send) -> None:
            found.update(scope)

        scope: dict[str, object] = {"type": "http", "method": "GET", "path": "/", "headers": []}
        scope |= {"query_string": b"", "app": self._application, INNER: note}
        await self._stack(scope, _receive_nothing, _send_nothing)
        return found.get(_HANDLERS)


async def _end(files: FileStack, exchange: DirectExchange) -> None:
    """Close files, and settle what no response has settled.

    Raises:
        ResponseReplaced: A commit has failed without a handler, and the application has answered.
    """
    if files.is_used:
        await files.aclose()
    await exchange.close()
    if exchange.failure is not None:
        raise ResponseReplaced


async def _receive_nothing() -> Message:
    return {"type": "http.disconnect"}  # pragma: no cover  # a rehearsal receives nothing


async def _send_nothing(_: Message) -> None:
    """Send nothing."""
