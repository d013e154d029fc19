"""The part of a request that middleware runs in another task."""

from typing import Final

from anyio import get_current_task
from starlette.types import Receive, Send
from starlette.types import Scope as ASGIScope

from ftf.container import Scope

from ._scope import SCOPE_KEY, ScopeMiddleware, close
from ._services import current_exchange

_TASK: Final = "ftf.http.task"


class TaskScopeMiddleware(ScopeMiddleware):
    """Closes services in the task that they were built in.

    One stands around and inside of each middleware of the user's. Starlette's BaseHTTPMiddleware,
    which `app.middleware("http")` adds, runs what it wraps in a task of its own, and task groups,
    cancel scopes and tokens of context variables cannot end in another task than they began in.
    """

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection; in the task of its scope, it passes untouched."""
        task, services = get_current_task().id, scope.get(SCOPE_KEY)
        outer = scope.setdefault(_TASK, task)
        if outer == task or not isinstance(services, Scope):
            await self.app(scope, receive, send)
            return
        exchange, part = current_exchange("Exchange"), services.task_scope()
        scope[SCOPE_KEY], scope[_TASK] = await part.__aenter__(), task
        try:
            await self.app(scope, receive, send)
            await exchange.close()
        except BaseException as error:
            await self.close_after(error, part, exchange)
            raise
        else:
            await close(part, exchange)
        finally:
            scope[SCOPE_KEY], scope[_TASK] = services, outer
