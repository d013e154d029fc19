"""The body of a request, as the ASGI messages that the application receives."""

from collections.abc import AsyncIterable, AsyncIterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asyncio import Task

    from httpx import Request

    from ._asgi import Message


class RequestBody:
    """Passes a body in memory as one message, and a stream as one message per piece.

    A stream is read by a task of its own, because several tasks may call `receive` and cancel it,
    for example to watch for a disconnect: no piece is lost, and the generator behind the stream is
    not cancelled.

    Args:
        request: The request whose body it is.
    """

    def __init__(self, request: "Request") -> None:
        import asyncio

        stream: Any = request.stream
        # A ByteStream of httpx can be iterated sync and async, other request streams async only.
        is_in_memory = hasattr(stream, "__iter__")
        self._whole = [_message(b"".join(stream), more=False)] if is_in_memory else []
        self._parts = None if is_in_memory else _parts_of(stream)
        self._reading: Task[Message | None] | None = None
        self._turn = asyncio.Lock()

    async def next(self) -> "Message | None":
        """Return the next message, or None after the last one or if reading was cancelled."""
        import asyncio

        if self._whole:
            return self._whole.pop()
        async with self._turn:
            if self._reading is None:
                self._reading = asyncio.create_task(self._read())
            # wait() keeps the task when receive() is cancelled; the next call waits for it again.
            await asyncio.wait([self._reading])
            read, self._reading = self._reading, None
            return None if read.cancelled() else read.result()

    def cancel(self) -> None:
        """Stop reading, because the client has disconnected."""
        self._parts = None
        if self._reading is not None:
            self._reading.cancel()

    async def _read(self) -> "Message | None":
        return None if self._parts is None else await anext(self._parts, None)


async def _parts_of(stream: AsyncIterable[bytes]) -> "AsyncIterator[Message]":
    async for part in stream:
        yield _message(part, more=True)
    yield _message(b"", more=False)


def _message(body: bytes, *, more: bool) -> "Message":
    return {"type": "http.request", "body": body, "more_body": more}
