"""Container scopes for the parts of a request that middleware runs in tasks of their own."""

from typing import Final

from anyio import get_current_task
from starlette.types import Receive, Send
from starlette.types import Scope as ASGIScope

from ftf.container import Scope

from ._scope import SCOPE_KEY, ScopeMiddleware, close
from ._services import current_exchange

_TASK: Final = "ftf.http.task"


class TaskScopeMiddleware(ScopeMiddleware):
    """Closes services in the task that built them.

    One stands around and inside of each middleware of the user. Starlette's BaseHTTPMiddleware,
    which `app.middleware("http")` adds, runs the application it wraps in a task of its own, and
    task groups, cancel scopes and tokens of context variables must end in the task they began in.
    """

    async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
        """Serve one connection; in the task of its scope, it is passed on unchanged."""
        task, container_scope = get_current_task().id, scope.get(SCOPE_KEY)
        # The first of these layers stands in the task of the request's scope, and notes it.
        outer = scope.setdefault(_TASK, task)
        if outer == task or not isinstance(container_scope, Scope):
            await self.app(scope, receive, send)
            return
        exchange, part = current_exchange("Exchange"), container_scope.task_scope()
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
            scope[SCOPE_KEY], scope[_TASK] = container_scope, outer
