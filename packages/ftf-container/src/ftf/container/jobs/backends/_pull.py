"""Running the jobs of a store that is asked for them."""

import logging
from asyncio import FIRST_COMPLETED, CancelledError, Task, create_task, wait
from collections.abc import Sequence
from typing import Final, Protocol

from .._outcome import Outcome, Released
from ..exceptions import LeaseLost
from ..stored._envelope import Envelope
from ._backend import Run, Stop

_logger: Final = logging.getLogger("ftf.container.jobs")


class JobStore(Protocol):
    """Keeps jobs, and hands each out to one worker: what `pull` makes a backend of."""

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        """Return jobs that may run now, which nothing else gets until they are settled.

        Args:
            queues: The queues to look into; all if there are none.
            limit: The greatest number of jobs.
        """

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job; see `JobBackend.settle`."""

    async def wait(self, queues: Sequence[str]) -> None:
        """Wait until there may be a job to run.

        Args:
            queues: The queues to look into; all if there are none.
        """


async def pull(
    store: JobStore, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop
) -> None:
    """Run the jobs of a store until `stop` is set, and until those that run have ended.

    Args:
        store: What keeps the jobs. What it raises ends the call, once the jobs that run have ended.
        run: Makes an attempt at a job and returns what became of it.
        queues: The queues whose jobs are run; all if there are none.
        concurrency: How many jobs run at a time.
        stop: When it is set, no more jobs begin.
    """
    running: set[Task[None]] = set()
    stopping = create_task(_stopped(stop))
    try:
        while not stop.is_set():
            room = concurrency - len(running)
            claimed = await store.claim(queues, room) if room else ()
            running |= {create_task(_settle(store, run, each)) for each in claimed}
            if len(claimed) < room or not room:
                waking = create_task(store.wait(queues)) if room else None
                waited = {stopping, *running, *([waking] if waking else [])}
                await wait(waited, return_when=FIRST_COMPLETED)
                if waking:
                    waking.cancel()
            for each in [each for each in running if each.done()]:
                running.remove(each)
                each.result()
    finally:
        stopping.cancel()
        if running:
            await wait(running)
    for each in running:
        each.result()


async def _stopped(stop: Stop) -> None:
    await stop.wait()


async def _settle(store: JobStore, run: Run, envelope: Envelope) -> None:
    try:
        outcome = await run(envelope)
    except CancelledError:
        await store.settle(envelope, Released())
        raise
    try:
        await store.settle(envelope, outcome)
    except LeaseLost:
        _logger.warning("the outcome of an attempt is dropped", exc_info=True)
