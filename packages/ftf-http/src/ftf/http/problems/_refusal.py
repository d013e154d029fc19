"""Responses of layers that stand outside of FastAPI's exception handlers."""

from typing import cast

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket

from ._handlers import answer


async def refuse_early(
    application: object, scope: Scope, receive: Receive, send: Send, error: HTTPException
) -> None:
    """Answer an error by the application's handlers, which close a websocket.

    Args:
        application: The application; Starlette notes it in the scope further inside.
        scope: The ASGI scope.
        receive: The ASGI channel.
        send: The ASGI channel.
        error: The error.
    """
    scope["app"] = application
    if scope["type"] == "websocket":
        connection: object = WebSocket(scope, receive, send)
    else:
        connection = Request(scope, receive, send)
    response = await answer(application, cast("Request", connection), error)
    if response is not None:
        await response(scope, receive, send)
