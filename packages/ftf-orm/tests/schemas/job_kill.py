"""A process that kills itself at a point of a job: `python job_kill.py URL POINT`."""

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
    Outcome,
    Worker,
)
from ftf.orm import DatabaseProvider, transaction
from ftf.orm.jobs import DatabaseJobs, once


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


class KilledJobs(DatabaseJobs):
    fuse: Fuse

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        self.fuse.reach("settling")
        await super().settle(envelope, outcome)


async def main(url: str, point: str) -> None:
    async with Container() as container:
        container.add_provider(DatabaseProvider(url), JobsProvider("database:"))
        container.register(JobBackend, KilledJobs, scope="singleton")
        container.register(AuthorRepository)
        container.instance(Fuse, fuse := Fuse(point))
        JobRegistry.of(container).register(HireOnce)
        backend = await container.aresolve(JobBackend)
        assert isinstance(backend, KilledJobs)
        backend.fuse = fuse
        if point == "enqueued":
            async with container.scoped_context() as scope:
                await (await scope.aresolve(Jobs)).enqueue(HireOnce("Ada"))
            fuse.reach(point)
        await Worker(container, backend, container.resolve(JobRegistry)).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
