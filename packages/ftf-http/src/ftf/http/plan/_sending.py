"""How a plan sends responses: JSON that it has written, and response objects as Starlette does."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import Message, Receive, Scope, Send

from ..request._direct_exchange import DirectExchange
from ._failure import fail_late


async def send_json(start: Message, body: bytes, send: Send) -> None:
    """Send the start and the JSON body of a response."""
    whole = {"type": "http.response.body", "body": body}
    if isinstance(send, DirectExchange):
        await send.send_json(start, whole)
    else:
        await send(start)
        await send(whole)


async def send_response(response: Response, scope: Scope, receive: Receive, send: Send) -> None:
    """Send a response, its stream and its background tasks included."""

    async def answer(_: Request) -> Response:
        return response

    if type(response).__call__ is not Response.__call__ or response.background is not None:
        await request_response(answer)(scope, receive, send)
        return
    try:
        await response(scope, receive, send)  # two messages, and nothing that a handler answers
    except Exception as error:  # noqa: BLE001  # raised again by Starlette
        await fail_late(error, scope, receive)
