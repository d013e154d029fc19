"""The layers of an application: its middleware, with the request scope around each of them."""

from collections.abc import Sequence

from starlette.middleware import Middleware
from starlette.types import ASGIApp

from ftf.container import Container

from ..request._outermost import OutermostMiddleware, Outgoing
from ..request._scope import ScopeMiddleware
from ..request._task_scope import TaskScopeMiddleware
from ..shutdown._draining import Draining
from ..shutdown._stream_end import StreamEndMiddleware
from ._cors import is_cors
from ._middleware import BuiltMiddleware, missing_arguments


class Layers:
    """Builds the layers of one application.

    Args:
        container: The container that request scopes and the arguments of middleware come from.
        draining: The application's state between the signal to stop and the end.

    Attributes:
        around_cors: Further layers outside of CORS, the outermost first.
        within_cors: Further layers inside of it, outside of the request scope.
        around_scope: Further layers next to the request scope, outside of it.
        has_limits: Whether the layer of limits is among them.
    """

    def __init__(self, container: Container, draining: Draining) -> None:
        self._container = container
        self._draining = draining
        self._built: list[BuiltMiddleware] = []
        self.around_cors: list[Middleware] = []
        self.within_cors: list[Middleware] = []
        self.around_scope: list[Middleware] = []
        self.has_limits = False

    def outermost(self, app: ASGIApp, users: Sequence[Middleware], outgoing: Outgoing) -> ASGIApp:
        """Wrap FastAPI's layers in those whose headers belong in the response to any error.

        Args:
            app: FastAPI's layers.
            users: The user's middleware, of which that for CORS stands here.
            outgoing: Adds headers to the responses.
        """
        self._built.clear()
        for layer in reversed(self._outer(users)):
            cls, args, kwargs = self._deferred(layer)
            app = cls(app, *args, **kwargs)
        return OutermostMiddleware(app, outgoing)

    def has_outer(self, users: Sequence[Middleware]) -> bool:
        """Return whether there are layers between the outermost one and FastAPI's."""
        return bool(self._outer(users))

    def inner(self, users: Sequence[Middleware], error_mapping: Middleware) -> list[Middleware]:
        """List the layers that stand inside of FastAPI's layer for unexpected errors.

        Args:
            users: The user's middleware.
            error_mapping: The layer that maps errors of middleware like those of routes.
        """
        # Around and inside of each middleware, because BaseHTTPMiddleware starts a task.
        in_task = Middleware(TaskScopeMiddleware, container=self._container)
        own = [
            layer
            for entry in users
            if not is_cors(entry)
            for layer in (self._deferred(entry), in_task)
        ]
        return [
            *self.around_scope,
            Middleware(ScopeMiddleware, container=self._container),
            Middleware(StreamEndMiddleware, draining=self._draining),
            # Without middleware of the user, FastAPI's own ExceptionMiddleware maps every error.
            *((in_task, error_mapping, *own) if own else ()),
        ]

    async def build(self) -> None:
        """Build the middleware that needs services, with the singletons of this start."""
        for middleware in self._built:
            await middleware.build()

    def _outer(self, users: Sequence[Middleware]) -> list[Middleware]:
        return [*self.around_cors, *filter(is_cors, users), *self.within_cors]

    def _deferred(self, entry: Middleware) -> Middleware:
        """Return an entry whose construction waits for services, if its constructor needs them."""
        return Middleware(self._defer, entry) if missing_arguments(entry) else entry

    def _defer(self, app: ASGIApp, entry: Middleware) -> ASGIApp:
        built = BuiltMiddleware(app, entry, self._container)
        self._built.append(built)
        return built
