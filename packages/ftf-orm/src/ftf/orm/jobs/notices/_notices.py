"""`Notices`: PostgreSQL says that jobs were committed, by LISTEN and NOTIFY."""

from asyncio import CancelledError, Event, create_task, shield, wait
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncEngine

from .._outage import Outage
from .._rows import CHANNEL


class Notices:
    """Wakes a worker when another process has committed jobs.

    They only save time: a notice that is lost, with its connection or by a pooler in between, costs
    no more than the time until the worker looks for jobs anyway.

    Args:
        engine: The database.
        wake: Is called at each notice, and when the connection is made.
    """

    def __init__(self, engine: AsyncEngine, wake: Callable[[], object]) -> None:
        self._engine = engine
        self._wake = wake

    async def listen(self) -> None:
        """Listen until the task is cancelled; a connection that is lost is made again."""
        outage = Outage()
        while True:
            try:
                await self._listen()
                outage.end()
            except Exception as error:  # noqa: BLE001  # without notices jobs only begin later
                outage.begin("Workers are not woken by PostgreSQL", error)
                await outage.pause()

    async def _listen(self) -> None:
        """Listen until the connection is lost or the caller is cancelled."""
        ended = Event()
        listening = create_task(self._listen_until(ended))
        try:
            # SQLAlchemy 2.0 leaves a connection open if it is cancelled while it is made.
            await shield(listening)
        except CancelledError:
            ended.set()
            await wait([listening])
            raise

    async def _listen_until(self, ended: Event) -> None:
        """Listen until the event is set, which the loss of the connection sets as well."""
        async with self._engine.connect() as connection:
            # What asyncpg calls is no part of a transaction: SQLAlchemy has not begun one.
            raw: Any = (await connection.get_raw_connection()).driver_connection
            await connection.run_sync(Connection.detach)  # the pool may be as small as one
            raw.add_termination_listener(lambda _: ended.set())
            await raw.add_listener(CHANNEL, self._noticed)
            self._wake()  # what was committed before
            await ended.wait()

    def _noticed(self, *_: object) -> None:
        self._wake()
