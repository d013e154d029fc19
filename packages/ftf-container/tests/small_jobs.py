"""A job that succeeds, and one that fails."""

from dataclasses import dataclass

from services import Journal

from ftf.container.jobs import Fixed, Job, JobRun

AT_ONCE = Fixed(0)


@dataclass(frozen=True)
class Note(Job):
    text: str

    async def handle(self, journal: Journal) -> None:
        journal.append(self.text)


@dataclass(frozen=True)
class Failing(Job, attempts=3, backoff=AT_ONCE):
    async def handle(self, journal: Journal, run: JobRun) -> None:
        journal.append(f"attempt {run.attempt}")
        raise ValueError("no paper")

    async def failed(self, error: Exception, journal: Journal) -> None:
        journal.append(f"failed: {error}")
