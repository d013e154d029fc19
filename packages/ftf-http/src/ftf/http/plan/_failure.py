"""What a plan does with exceptions of a request and of its channel: the same as Starlette."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import request_response
from starlette.types import Message, Receive, Scope, Send


async def fail(
    error: Exception, request: Request | None, scope: Scope, receive: Receive, send: Send
) -> None:
    """Send the response of an exception's handler; without one, raise the exception.

    Args:
        error: The exception.
        request: The request object that services have, if there is one.
        scope: The ASGI scope of the request.
        receive: The ASGI channel of the client's messages, from the beginning of the body.
        send: The ASGI channel of the response.
    """

    async def answer(handled: Request) -> Response:
        if request is not None:  # what was read of it, such as the body
            vars(handled).update(vars(request))
        raise error  # noqa: F821  # deleted afterwards

    try:
        await request_response(answer)(scope, receive, send)
    finally:
        del error  # its traceback refers to this frame: no reference cycle is left


async def fail_late(error: Exception, scope: Scope, receive: Receive) -> None:
    """Raise an exception of `send`: a response was started, and no handler can answer."""

    async def discard(_: Message) -> None:
        """Send nothing: it was sent, or could not be."""

    async def answer(_: Request) -> Response:
        return _Failed(error)

    await request_response(answer)(scope, receive, discard)


class _Failed(Response):
    """A response that was started, and could not be sent."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def __call__(self, _: Scope, __: Receive, send: Send) -> None:
        """Start the response, and raise the exception."""
        await send({"type": "http.response.start", "status": self.status_code, "headers": []})
        raise self._error
