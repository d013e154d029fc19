"""The messages of a request's body, read by a plan and received again by FastAPI."""

from starlette.types import Message, Receive


class Replay:
    """Reads the messages of a client, and gives them to others again.

    Args:
        receive: The ASGI channel of the client's messages.
    """

    __slots__ = ("_error", "_messages", "_receive")

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self._messages: list[Message] = []
        self._error: Exception | None = None

    async def read(self) -> Message:
        """Return the next message of the client."""
        try:
            message = await self._receive()
        except Exception as error:
            self._error = error
            raise
        self._messages.append(message)
        return message

    def again(self) -> Receive:
        """Return a channel that starts with the messages that were read."""
        messages, error = iter(self._messages), self._error

        async def receive() -> Message:
            nonlocal error
            for message in messages:
                return message
            if (raised := error) is not None:
                error = None
                raise raised
            return await self._receive()

        return receive
