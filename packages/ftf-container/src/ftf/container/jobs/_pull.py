"""Running the jobs of a store that is asked for them."""

from asyncio import FIRST_COMPLETED, CancelledError, Task, create_task, wait
from collections.abc import Sequence
from typing import Protocol

from ._backend import Run, Stop
from ._outcome import Outcome, Released
from .stored._envelope import Envelope


class Store(Protocol):
    """Keeps jobs, and hands each out to one worker."""

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        """Return jobs that may run now, which nothing else gets until they are settled.

        Args:
            queues: The queues to look into; all if there are none.
            limit: The greatest number of jobs.
        """

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job."""

    async def wait(self, queues: Sequence[str]) -> None:
        """Wait until there may be a job to run.

        Args:
            queues: The queues to look into; all if there are none.
        """


async def pull(
    store: Store, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop
) -> None:
    """Run the jobs of a store until `stop` is set, and until those that run have ended."""
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


async def _settle(store: Store, run: Run, envelope: Envelope) -> None:
    try:
        outcome = await run(envelope)
    except CancelledError:
        await store.settle(envelope, Released())
        raise
    await store.settle(envelope, outcome)
