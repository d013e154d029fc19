"""The check, from time to time, of the credential of an open connection."""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from anyio import sleep

from ..._event_loop import beside

_logger = logging.getLogger("ftf.http")


@asynccontextmanager
async def checking(
    holds: Callable[[], Awaitable[bool]], every: timedelta, end: Callable[[], object]
) -> AsyncIterator[None]:
    """Ask from time to time, while the block runs, whether a credential holds.

    Args:
        holds: Returns whether it does. What it raises is logged, and it is asked again: while a
            database is away, what was opened before stays open.
        every: The time between two calls.
        end: Called once it does not hold any more.
    """

    async def check() -> None:
        while await _holds(holds, every):
            pass
        end()

    async with beside(check):
        yield


async def _holds(holds: Callable[[], Awaitable[bool]], every: timedelta) -> bool:
    await sleep(every.total_seconds())
    try:
        return await holds()
    except Exception:
        _logger.exception("The credential of an open connection could not be checked.")
        return True
