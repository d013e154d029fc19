"""Attempts that end by what is no `Exception`."""

import asyncio
from dataclasses import dataclass

import pytest
from small_jobs import AT_ONCE, Note

from ftf.container.jobs import Job, JobAborted, JobCancelled


class Panic(BaseException):
    """What extension modules in Rust raise."""


@pytest.mark.parametrize("raised", [Panic("no"), SystemExit(3)])
@pytest.mark.parametrize("blocking", [False, True])
async def test_job_53_what_is_no_exception_fails_its_job_and_not_the_worker(shop, raised, blocking):
    @dataclass(frozen=True)
    class Awaited(Job, attempts=2, backoff=AT_ONCE):
        async def handle(self) -> None:
            raise raised

    @dataclass(frozen=True)
    class Threaded(Job, attempts=2, backoff=AT_ONCE):
        def handle(self) -> None:
            raise raised

    await shop.enqueue(Threaded() if blocking else Awaited(), Note("beside"))
    await shop.work()
    assert (shop.journal, len(shop.backend.outcomes)) == (["beside"], 3)
    (failed,) = shop.backend.failed
    assert isinstance(failed.error, JobAborted)
    assert failed.error.__cause__ is failed.error.reason is raised
    assert str(failed.error).endswith(f"raised {raised!r}, which is no Exception")


async def test_what_ends_coroutines_ends_the_worker(shop):
    @dataclass(frozen=True)
    class Halting(Job):
        async def handle(self) -> None:
            raise GeneratorExit

    await shop.enqueue(Halting())
    with pytest.raises(GeneratorExit):
        await shop.work()


async def test_a_job_that_cancels_itself_fails(shop):
    @dataclass(frozen=True)
    class Cancelled(Job, attempts=1):
        async def handle(self) -> None:
            raise asyncio.CancelledError

    await shop.enqueue(Cancelled())
    await shop.work()
    assert isinstance(shop.backend.failed[0].error, JobCancelled)
