"""Problem details in place of Starlette's plain text for a body that is too large."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ._response import ProblemResponse

_TOO_LARGE = 413
_TEXT = b"Content Too Large"


class BodyLimitProblem:
    """Replaces the response to a body that exceeds `max_body_size` by a problem.

    Starlette's RequestBodyLimitMiddleware sends that response outside of the exception handlers and
    raises nothing, so it is recognised by its text.

    Args:
        app: The ASGI application to wrap.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        held: Message | None = None

        async def send_problem(message: Message) -> None:
            nonlocal held
            if message.get("status") == _TOO_LARGE and _is_text(message):
                held = message
            elif held is None:
                await send(message)
            elif message["body"] == _TEXT:
                held = None
                await ProblemResponse(_TOO_LARGE)(scope, receive, send)
            else:
                start, held = held, None
                await send(start)
                await send(message)

        await self.app(scope, receive, send_problem)


def _is_text(message: Message) -> bool:
    return (b"content-type", b"text/plain; charset=utf-8") in message["headers"]
