"""The end of websockets and event streams whose credential has ended."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..._event_loop import time_limit
from .._clock import Clock
from .._identity import Identity
from ..exceptions import Unauthenticated
from ._options import ConnectionOptions
from ._recheck import checking

_CLOSED = {"websocket.close", "websocket.http.response.start"}


class LiveConnections:
    """The websockets and event streams that a credential has opened in this process: a service.

    Each ends with its credential: at its end, when `end` is called, and when a check of it fails,
    as after a logout in another process.

    Args:
        clock: The time.
        options: How often a credential is checked.
    """

    def __init__(self, clock: Clock, options: ConnectionOptions | None = None) -> None:
        self._clock = clock
        self._options = options or ConnectionOptions()
        self._open: dict[Callable[[], object], Identity] = {}

    def __len__(self) -> int:
        """Return how many are open."""
        return len(self._open)

    def end(
        self, subject: str, session_id: str | None = None, *, besides: str | None = None
    ) -> None:
        """End the connections of a user or program, as after its credentials were revoked.

        A websocket is closed with 4401. It is called in the event loop that serves them.

        Args:
            subject: The subject of their identities.
            session_id: The login that they belong to; all connections of the subject by default.
            besides: The login whose connections go on; none by default.
        """
        for stop, identity in [*self._open.items()]:
            is_meant = identity.subject == subject and session_id in {None, identity.session_id}
            if is_meant and (besides is None or besides != identity.session_id):
                stop()

    async def serve(  # noqa: PLR0917  # an ASGI application, and its credential
        self,
        identity: Identity,
        holds: Callable[[], Awaitable[bool]],
        app: ASGIApp,
        scope: Scope,
        receive: Receive,
        send: Send,
    ) -> None:
        """Serve a connection until its credential ends.

        Args:
            identity: What the credential says.
            holds: Returns whether it is still accepted.
            app: Serves the connection.
            scope: The ASGI scope.
            receive: The ASGI channel of the client's messages.
            send: The ASGI channel of the answer.
        """
        last: Message = {"type": "nothing"}

        async def send_noting(message: Message) -> None:
            nonlocal last
            last = message
            await send(message)

        limit = None
        try:
            async with time_limit(self._seconds_left(identity)) as limit:
                every = self._options.check_every
                with self._watching(identity, limit.end):
                    async with checking(holds, every, limit.end):
                        await app(scope, receive, send_noting)
        except TimeoutError:
            if limit is None or not limit.is_over():
                raise
        if limit.is_over():
            await _end(last, send)

    def _seconds_left(self, identity: Identity) -> float | None:
        end = identity.expires_at
        return None if end is None else max(0.0, end.timestamp() - self._clock.time())

    @contextmanager
    def _watching(self, identity: Identity, stop: Callable[[], object]) -> Iterator[None]:
        self._open[stop] = identity
        try:
            yield
        finally:
            del self._open[stop]


async def _end(last: Message, send: Send) -> None:
    """Close a websocket, or end the body of a response, after its latest message."""
    if last["type"].startswith("http."):
        if last["type"] == "http.response.start" or last.get("more_body"):
            await send({"type": "http.response.body", "body": b"", "more_body": False})
    elif last["type"] not in _CLOSED:
        await send({"type": "websocket.close", "code": Unauthenticated.close_code})
