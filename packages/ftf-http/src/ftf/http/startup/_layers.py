"""The layers of an application: its middleware, with the request scope around each of them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

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

if TYPE_CHECKING:
    from ..security._setup import Security


class Layers:
    """Builds the layers of one application.

    Args:
        container: The container that request scopes and the arguments of middleware come from.
        draining: The application's state between the signal to stop and the end.

    Attributes:
        security: What the options of security ask for.
        limits: The layer of limits.
        around_scope: Further layers next to the request scope, outside of it.
    """

    def __init__(self, container: Container, draining: Draining) -> None:
        self._container = container
        self._draining = draining
        self._built: list[BuiltMiddleware] = []
        self.security: Security | None = None
        self.limits: Middleware | None = None
        self.around_scope: list[Middleware] = []

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
        """Return whether layers but those of security are between the outermost and FastAPI's.

        What these do for a request, `Security.admits` does.
        """
        return self.limits is not None or any(map(is_cors, users))

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
        security = self.security
        around, within = (security.around_cors, security.within_cors) if security else ([], [])
        limits = [self.limits] if self.limits else []
        return [*around, *filter(is_cors, users), *limits, *within]

    def _deferred(self, entry: Middleware) -> Middleware:
        """Return an entry whose construction waits for services, if its constructor needs them."""
        return Middleware(self._defer, entry) if missing_arguments(entry) else entry

    def _defer(self, app: ASGIApp, entry: Middleware) -> ASGIApp:
        built = BuiltMiddleware(app, entry, self._container)
        self._built.append(built)
        return built
