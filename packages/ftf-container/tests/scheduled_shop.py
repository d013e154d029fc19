"""A container with schedules, whose time passes when a scheduler waits."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from services import Journal

from ftf.container import Container
from ftf.container.jobs import (
    Job,
    JobBackend,
    JobRegistry,
    JobsProvider,
    MemoryJobs,
    MemorySchedules,
    Schedule,
    Scheduler,
)


@dataclass(frozen=True)
class Prune(Job):
    days: int = 30

    async def handle(self, journal: Journal) -> None:
        journal.append(f"pruned {self.days}")


class Clock:
    """The time, which passes when a scheduler waits, until the test is over."""

    def __init__(self, start: datetime) -> None:
        self.time = start
        self.end = start

    def now(self) -> datetime:
        return self.time

    async def sleep(self, seconds: float, stop: asyncio.Event) -> None:
        await asyncio.sleep(0)
        self.time += timedelta(seconds=seconds)
        if self.time > self.end:
            self.time = self.end
            stop.set()


class Slots(MemorySchedules):
    """A store that notes the slots whose job was enqueued."""

    def __init__(self, backend: JobBackend) -> None:
        super().__init__(backend)
        self.used: list[str] = []
        self.broken = 0

    async def use(self, name, slot, envelopes, scope):
        if self.broken:
            self.broken -= 1
            raise ConnectionError("no database")
        ids = await super().use(name, slot, envelopes, scope)
        if ids:
            assert envelopes[0].due == slot
            self.used.append(f"{name} {slot:%m-%d %H:%M:%S}")
        return ids


class Shop:
    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.container = Container()
        self.container.add_provider(JobsProvider(concurrency=0))
        self.container.register(Journal, scope="singleton")
        self.registry = JobRegistry.of(self.container)
        self.registry.register(Prune)
        self.schedule = Schedule.of(self.container)
        self.backend = MemoryJobs()
        self.store = Slots(self.backend)

    async def run(self, until: datetime, workers: int = 1) -> list[str]:
        """Return the slots that workers, which are started now, use until a moment."""
        self.store.used.clear()
        self.clock.end = until
        stop = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for _ in range(workers):
                parts = self.container, self.registry, self.schedule, self.store
                group.create_task(Scheduler(*parts).run(stop))
        return list(self.store.used)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-{text}+00:00")
