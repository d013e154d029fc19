"""The lifespan (startup and shutdown) of an application in this process."""

from types import TracebackType
from typing import Self

from ._asgi import ASGIApplication, Message


class LifespanError(RuntimeError):
    """The application sent `lifespan.startup.failed` or `lifespan.shutdown.failed`.

    Attributes:
        phase: "startup" or "shutdown".
        message: The message that the application sent with it.
    """

    def __init__(self, phase: str, message: str) -> None:
        super().__init__(phase, message)
        self.phase = phase
        self.message = message

    def __str__(self) -> str:
        return f"The {self.phase} of the application failed. {self.message}".rstrip()


class LifespanManager:
    """Starts an ASGI application on entering and stops it on leaving, both in one task of its own.

    So the application can close at its stop whatever it opened at its start, task groups included,
    even if the block is entered in one task and left in another, as fixtures are. An application
    that does not support lifespans is used as it is.

    Args:
        app: The application.
        grace: How long the application may run after its stop, in seconds.

    Attributes:
        state: The state that the application's lifespan provides for its requests.

    Examples:
        ```python
        async with LifespanManager(app) as lifespan:
            transport = StreamingTransport(app, state=lifespan.state)
        ```
    """

    def __init__(self, app: ASGIApplication, *, grace: float = 5.0) -> None:
        self.state: dict[str, object] = {}
        self._app = app
        self._grace = grace
        self._was_called = False
        self._failure: BaseException | None = None

    async def __aenter__(self) -> Self:
        import asyncio

        self._messages: asyncio.Queue[Message] = asyncio.Queue()
        self._answers: asyncio.Queue[Message] = asyncio.Queue()
        # anyio requires that one task enters and leaves a task group.
        self._task = asyncio.create_task(self._run())
        try:
            await self._pass("startup")
        except BaseException:
            self._task.cancel()
            await asyncio.wait([self._task])
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            # An application that never called receive() does not support lifespans.
            if self._was_called:
                await self._pass("shutdown")
        finally:
            await self._end()

    async def _pass(self, phase: str) -> None:
        """Send the message of a phase, and wait for the answer.

        Raises:
            Exception: The application raised it in this phase.
            LifespanError: The application answered that the phase failed.
        """
        import asyncio

        self._messages.put_nowait({"type": f"lifespan.{phase}"})
        try:
            answer = await self._answers.get()
        except asyncio.QueueShutDown:
            answer = {"type": "nothing"}
        if answer["type"] == f"lifespan.{phase}.failed":
            await self._end()
        if self._failure is not None and self._was_called:
            self._failure.add_note(f"The application's lifespan raised it at {phase}.")
            raise self._failure
        if answer["type"] == f"lifespan.{phase}.failed":
            raise LifespanError(phase, answer.get("message", ""))

    async def _end(self) -> None:
        """Wait for the application's task, and cancel it after the grace period."""
        import asyncio

        await asyncio.wait([self._task], timeout=self._grace)
        self._task.cancel()
        await asyncio.wait([self._task])

    async def _run(self) -> None:
        scope = {
            "type": "lifespan",
            "asgi": {"version": "3.0", "spec_version": "2.0"},
            "state": self.state,
        }
        try:
            await self._app(scope, self._receive, self._answers.put)
        except Exception as failure:  # noqa: BLE001  # raised where the phase is awaited
            self._failure = failure
        finally:
            # get() then raises QueueShutDown, if the application ended without an answer.
            self._answers.shutdown()

    async def _receive(self) -> Message:
        self._was_called = True
        return await self._messages.get()
