"""An application whose jobs are run by `python -m ftf.container.jobs job_worker:container`."""

import asyncio
import os
import sys
from dataclasses import dataclass

from bookshop import Author, AuthorRepository

from ftf.container import Container
from ftf.container.jobs import Job, JobRegistry, JobRun, JobsProvider
from ftf.orm import DatabaseProvider


@dataclass(frozen=True)
class HireSlowly(Job, attempts=1):
    """Stores an author at its second run, and until then writes without a commit and hangs."""

    name: str

    async def handle(self, authors: AuthorRepository, run: JobRun) -> None:
        print(f"attempt {run.attempt}", flush=True)  # noqa: T201  # the test reads it
        if self.name == "line":
            await asyncio.to_thread(sys.stdin.readline)
        elif "HANG" in os.environ:
            await asyncio.Event().wait()
        await authors.create(Author(name=self.name))


def container() -> Container:
    """Return the application."""
    made, jobs = Container(), os.environ.get("JOBS_URL", "database:")
    made.add_provider(DatabaseProvider(os.environ["DATABASE_URL"]), JobsProvider(jobs))
    made.register(AuthorRepository)
    JobRegistry.of(made).register(HireSlowly)
    return made
