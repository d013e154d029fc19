"""Starting and stopping an application in this process."""

from types import TracebackType
from typing import Self

from ._asgi import ASGIApplication, Message


class LifespanError(RuntimeError):
    """An application said that its start or its stop failed, and raised nothing.

    Attributes:
        phase: "startup" or "shutdown".
        message: What the application said.
    """

    def __init__(self, phase: str, message: str) -> None:
        super().__init__(phase, message)
        self.phase = phase
        self.message = message

    def __str__(self) -> str:
        return f"The {self.phase} of the application failed. {self.message}".rstrip()


class LifespanManager:
    """Starts an ASGI application on entering and stops it on leaving, both in one task of its own.

    So whatever the application opens with its start, task groups included, can be closed by its
    stop, even if the block is entered in one task and left in another, as fixtures are. An
    application that knows nothing of lifespans is used as it is.

    Args:
        app: The application.
        grace: How long it may go on after its stop, in seconds.

    Attributes:
        state: What the application's lifespan made for its requests.

    Example:
        async with LifespanManager(app) as lifespan:
            transport = StreamingTransport(app, state=lifespan.state)
    """

    def __init__(self, app: ASGIApplication, *, grace: float = 5.0) -> None:
        self.state: dict[str, object] = {}
        self._app = app
        self._grace = grace
        self._heard = False
        self._failure: BaseException | None = None

    async def __aenter__(self) -> Self:
        import asyncio

        self._asked: asyncio.Queue[Message] = asyncio.Queue()
        self._told: asyncio.Queue[Message] = asyncio.Queue()
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
            if self._heard:
                await self._pass("shutdown")
        finally:
            await self._end()

    async def _pass(self, phase: str) -> None:
        """Go through one phase.

        Raises:
            Exception: What the application raised in it.
            LifespanError: It said that the phase failed, and raised nothing.
        """
        import asyncio

        self._asked.put_nowait({"type": f"lifespan.{phase}"})
        try:
            answer = await self._told.get()
        except asyncio.QueueShutDown:
            answer = {"type": "nothing"}
        if answer["type"] == f"lifespan.{phase}.failed":
            await self._end()
        if self._failure is not None and self._heard:
            self._failure.add_note(f"The application's lifespan raised it at {phase}.")
            raise self._failure
        if answer["type"] == f"lifespan.{phase}.failed":
            raise LifespanError(phase, answer.get("message", ""))

    async def _end(self) -> None:
        """Wait for the application's task, which has nothing more to do."""
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
            await self._app(scope, self._receive, self._told.put)
        except Exception as failure:  # noqa: BLE001  # raised where the phase is awaited
            self._failure = failure
        finally:
            self._told.shutdown()

    async def _receive(self) -> Message:
        self._heard = True
        return await self._asked.get()
