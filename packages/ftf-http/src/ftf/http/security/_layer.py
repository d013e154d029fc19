"""The layer of connections: who the client is, and what is refused."""

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from ..problems._refusal import refuse_early
from ._connection_check import SCHEMES, ConnectionCheck


class ConnectionMiddleware:
    """Serves a connection that passes a check, and answers one that does not.

    Args:
        app: The ASGI application to wrap.
        application: The application whose handlers answer a refusal.
        check: The check.
    """

    def __init__(self, app: ASGIApp, application: object, check: ConnectionCheck) -> None:
        self.app = app
        self.application = application
        self._check = check

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection; the lifespan is passed on unchanged."""
        if scope["type"] not in SCHEMES:
            await self.app(scope, receive, send)
            return
        try:
            redirect = self._check.examine(scope)
        except HTTPException as error:
            await refuse_early(self.application, scope, receive, send, error)
            return
        await (redirect or self.app)(scope, receive, send)
