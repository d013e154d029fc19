"""The layer of limits: those of every request, and what the response says about limits."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..problems._refusal import refuse_early
from ..routing._probe import is_probe
from ._fields import fields
from ._limiter import Limiter
from ._visit import KEY, Visit
from .exceptions import LimitExceeded, LimitsUnavailable

_FIRST_ERROR = 400
_STARTS = {"http.response.start", "websocket.http.response.start"}
_ACCEPT = "websocket.accept"


class LimitsMiddleware:
    """Takes the limits of every request, and adds the fields of limits to responses.

    Args:
        app: The ASGI application to wrap.
        application: The application whose handlers answer a refusal.
        limiter: Its limits.
    """

    def __init__(self, app: ASGIApp, application: object, limiter: Limiter) -> None:
        self.app = app
        self.application = application
        self.limiter = limiter
        self._costs = dict.fromkeys(limiter.policies.everywhere, 1)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the layer that builds this one passes the lifespan by."""
        visit, outer = Visit(self.limiter, scope), scope.get(KEY)
        scope[KEY] = visit

        async def send_with_fields(message: Message) -> None:
            if visit.asked and message["type"] in _STARTS:
                await self._complete(visit, message)
            elif message["type"] == _ACCEPT:
                await visit.succeed()
            await send(message)

        try:
            if self._costs and not is_probe(self.application, scope):
                await visit.enter(self._costs)
        except (LimitExceeded, LimitsUnavailable) as error:
            await refuse_early(self.application, scope, receive, send_with_fields, error)
        else:
            await self.app(scope, receive, send_with_fields)
        finally:
            scope[KEY] = outer

    async def _complete(self, visit: Visit, message: Message) -> None:
        """Add the fields to the start of a response, after a success has given back."""
        if message["status"] < _FIRST_ERROR:
            await visit.succeed()
        added = fields(visit.asked, legacy=self.limiter.options.legacy_headers)
        message["headers"] = [*message.get("headers", ()), *added]
