"""A process that kills itself at a point of a job: `python job_kill.py URL POINT [JOBS_URL]`."""

import asyncio
import os
import signal
import sys
from dataclasses import dataclass

from bookshop import Author, AuthorRepository
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Container
from ftf.container.jobs import (
    Envelope,
    Job,
    JobBackend,
    JobRegistry,
    JobRun,
    Jobs,
    JobsProvider,
    JobTransport,
    Outcome,
    Run,
    Worker,
)
from ftf.orm import DatabaseProvider, transaction
from ftf.orm.jobs import once


class Fuse:
    """Kills the process where a test wants it to be killed."""

    def __init__(self, point: str) -> None:
        self.point = point

    def reach(self, point: str) -> None:
        if point == self.point:
            os.kill(os.getpid(), signal.SIGKILL)


class Armed:
    """What the job asks for, so that it is built before its handler is called."""

    def __init__(self, fuse: Fuse) -> None:
        self.fuse = fuse
        fuse.reach("before")


@dataclass(frozen=True)
class HireOnce(Job):
    name: str

    async def handle(
        self, armed: Armed, authors: AuthorRepository, session: AsyncSession, run: JobRun
    ) -> None:
        async with transaction(session):
            if await once(session, run.id):
                await authors.create(Author(name=self.name))
            armed.fuse.reach("middle")
        armed.fuse.reach("committed")


class Killed:
    """A backend whose worker is killed after an attempt, before its outcome is noted."""

    def __init__(self, backend: JobBackend, fuse: Fuse) -> None:
        self.backend, self.fuse = backend, fuse

    async def work(self, run: Run, **options: object) -> None:
        async def attempt(envelope: Envelope) -> Outcome:
            outcome = await run(envelope)
            self.fuse.reach("settling")
            return outcome

        await self.backend.work(attempt, **options)


class KilledTransport:
    """A transport that kills the process after it has sent a message."""

    def __init__(self, transport: JobTransport, fuse: Fuse) -> None:
        self.transport, self.fuse = transport, fuse
        self.receive = transport.receive

    async def send(self, queue: str, message: bytes) -> None:
        await self.transport.send(queue, message)
        self.fuse.reach("sent")


async def main(url: str, point: str, jobs_url: str = "database:") -> None:
    fuse = Fuse(point)
    async with Container() as container:
        container.add_provider(DatabaseProvider(url), JobsProvider(jobs_url))
        container.register(AuthorRepository)
        container.instance(Fuse, fuse)
        if JobTransport in container:
            container.extend(JobTransport, lambda transport, _: KilledTransport(transport, fuse))
        JobRegistry.of(container).register(HireOnce)
        backend = await container.aresolve(JobBackend)
        if point == "enqueued":
            async with container.scoped_context() as scope:
                await (await scope.aresolve(Jobs)).enqueue(HireOnce("Ada"))
            fuse.reach(point)
        registry = container.resolve(JobRegistry)
        await Worker(container, Killed(backend, fuse), registry).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
