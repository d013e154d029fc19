"""`Scheduler`: enqueues the jobs of a schedule at their times."""

import logging
from asyncio import wait_for
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Final

from ..._container import Container
from .._registry import JobRegistry
from ..backends._backend import Stop
from ..stored._envelope import Envelope, new_id
from ._schedule import Schedule, Scheduled
from ._store import ScheduleStore

# The clock of the system may be set while the worker waits, so it looks again after a while.
LONGEST_WAIT: Final = timedelta(seconds=60)
RETRY: Final = timedelta(seconds=5)
_logger: Final = logging.getLogger("ftf.container.jobs")


async def sleep(seconds: float, stop: Stop) -> None:
    """Wait until a time has passed or `stop` is set."""
    with suppress(TimeoutError):
        await wait_for(stop.wait(), seconds)


def now() -> datetime:
    """Return the time."""
    return datetime.now(UTC)


class Scheduler:
    """Enqueues the jobs of a schedule, each slot once among all workers that share a store.

    Args:
        container: What opens a scope for each slot.
        registry: How jobs are written.
        schedule: The jobs and their times.
        store: Which slots were used.
    """

    def __init__(
        self,
        container: Container,
        registry: JobRegistry,
        schedule: Schedule,
        store: ScheduleStore,
    ) -> None:
        self._container = container
        self._registry = registry
        self._schedule = schedule
        self._store = store
        self._reached: dict[str, datetime] = {}

    async def run(self, stop: Stop) -> None:
        """Enqueue jobs until `stop` is set. What the store raises is logged, and tried again."""
        while self._schedule.all and not stop.is_set():
            try:
                wait = min(await self._use_slots(now()) - now(), LONGEST_WAIT)
            except Exception:
                seconds = RETRY.total_seconds()
                _logger.exception("the schedule failed, and is tried again in %.0f s", seconds)
                wait = RETRY
            await sleep(max(wait, timedelta(0)).total_seconds(), stop)

    async def _use_slots(self, moment: datetime) -> datetime:
        """Use the slots until a moment. Return when the next one comes."""
        if not self._reached:
            self._reached = await self._start(moment)
        for each in self._schedule.all:
            reached = self._reached[each.name]
            if (slot := each.times.after(reached)) <= moment:
                slot = max(slot, each.times.until(moment))
                await self._use(each, slot)
                self._reached[each.name] = max(slot, moment)
        return min(each.times.after(self._reached[each.name]) for each in self._schedule.all)

    async def _start(self, moment: datetime) -> dict[str, datetime]:
        """Return the slot until which each schedule has come."""
        names = [each.name for each in self._schedule.all]
        async with self._container.scoped_context() as scope:
            last = await self._store.last(names, scope)
        for each in self._schedule.all:
            if each.name not in last:  # noted, so that its first slot is not missed unnoticed
                async with self._container.scoped_context() as scope:
                    await self._store.use(each.name, each.times.until(moment), [], scope)
        return {
            each.name: last.get(each.name, moment) if each.catch_up else moment
            for each in self._schedule.all
        }

    async def _use(self, scheduled: Scheduled, slot: datetime) -> None:
        envelope = self._envelope(scheduled, slot)
        async with self._container.scoped_context() as scope:
            ids = await self._store.use(scheduled.name, slot, [envelope], scope)
        if ids is not None and envelope.id not in ids:
            _logger.warning(
                "%s is skipped at %s: the job of a slot before still waits or runs",
                scheduled.name,
                slot,
            )

    def _envelope(self, scheduled: Scheduled, slot: datetime) -> Envelope:
        job = scheduled.job
        payload = self._registry.write(job)
        queue = scheduled.queue or job.options.queue
        unique = "" if scheduled.overlap else f"schedule {scheduled.name}"
        return Envelope(new_id(), job.options.name, payload, queue, now(), slot, unique)
