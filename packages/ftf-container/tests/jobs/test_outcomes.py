"""What becomes of a job: it is made again, fails, or is left alone."""

import asyncio
import threading
from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random

import pytest
from services import Journal
from small_jobs import AT_ONCE, Failing, Note

from ftf.container import Scope
from ftf.container.jobs import (
    Discard,
    Exponential,
    Fail,
    Fixed,
    Job,
    JobCancelled,
    JobRun,
    JobTimeout,
    Retry,
)


async def test_job_59_an_attempt_that_raises_is_made_again_up_to_a_limit(shop, caplog):
    await shop.enqueue(Failing())
    await shop.work()
    attempts = ["attempt 1", "attempt 2", "attempt 3"]
    assert shop.journal == [*attempts, "failed: no paper"]
    assert shop.backend.outcomes == ["Retried", "Retried", "Failed"]
    (failed,) = shop.backend.failed
    assert failed.envelope.attempt == 2
    assert str(failed.error) == "no paper"
    levels = [(each.levelname, each.getMessage().split(", ", 1)[1]) for each in caplog.records]
    again = [("WARNING", f"attempt {number} failed, again in 0.0 s") for number in (1, 2)]
    assert levels == [*again, ("ERROR", "attempt 3 failed for good")]


def test_job_65_jobs_that_fail_together_come_back_spread_over_the_whole_time(monkeypatch):
    monkeypatch.setattr("ftf.container.jobs._backoff._random", Random(1))  # noqa: S311  # not a secret
    times = [Exponential(2, cap=300).seconds_after(20) for _ in range(1000)]
    assert max(Counter(int(each // 2) for each in times).values()) <= 50
    assert min(times) < 6
    assert max(times) > 294


@pytest.mark.parametrize("attempt", [1, 2, 5, 2000])
def test_job_59_the_delay_is_random_and_limited(attempt):
    backoff = Exponential(base=3.0, cap=60)
    delays = [backoff.seconds_after(attempt) for _ in range(200)]
    limit = min(60, 3 ** min(attempt, 9))
    assert 0 <= min(delays) < limit / 4
    assert limit * 3 / 4 < max(delays) <= limit


@pytest.mark.parametrize(
    "make", [lambda: Exponential(base=0.5), lambda: Exponential(cap=-1), lambda: Fixed(-1)]
)
def test_a_backoff_that_cannot_be_is_refused(make):
    with pytest.raises(ValueError, match="not negative"):
        make()


def raising(error: Exception, **options: object) -> Job:
    @dataclass(frozen=True)
    class Raising(Job, **{"backoff": AT_ONCE, "attempts": 2} | options):
        async def handle(self) -> None:
            raise error

    return Raising()


@pytest.mark.parametrize("why", [None, KeyError("why")])
async def test_a_retry_that_a_handler_asks_for_is_logged_with_what_made_it_ask(shop, caplog, why):
    @dataclass(frozen=True)
    class Asking(Job):
        async def handle(self, run: JobRun) -> None:
            if run.attempt == 1:
                raise Retry(after=0) from why

    await shop.enqueue(Asking())
    await shop.work()
    (record,) = [each for each in caplog.records if each.levelname == "WARNING"]
    assert record.getMessage().endswith("failed, again in 0.0 s")
    assert (record.exc_info and record.exc_info[1]) is why


@pytest.mark.parametrize(
    ("error", "options", "outcomes"),
    [
        (Discard("gone"), {}, ["Discarded"]),
        (Fail("bad card"), {}, ["Failed"]),
        (Retry(0), {"backoff": Fixed(3600)}, ["Retried", "Failed"]),
        (Retry(), {}, ["Retried", "Failed"]),
        (KeyError(), {"retry_on": (ValueError,)}, ["Failed"]),
        (KeyError(), {"retry_on": (LookupError,)}, ["Retried", "Failed"]),
        (KeyError(), {"attempts": 1}, ["Failed"]),
    ],
)
async def test_job_60_what_a_handler_raises_decides(shop, error, options, outcomes):
    await shop.enqueue(raising(error, **options))
    await shop.work()
    assert shop.backend.outcomes == outcomes


@pytest.mark.parametrize(
    ("error", "options", "outcomes"),
    [
        (
            ExceptionGroup("two", [Retry(0), ExceptionGroup("", [Retry()])]),
            {},
            ["Retried", "Failed"],
        ),
        (ExceptionGroup("two", [Retry(0), KeyError()]), {"retry_on": ()}, ["Failed"]),
        (ExceptionGroup("one", [KeyError()]), {"retry_on": (KeyError,)}, ["Retried", "Failed"]),
        (ExceptionGroup("one", [Discard("gone")]), {}, ["Discarded"]),
        (ExceptionGroup("two", [KeyError(), Fail("bad card")]), {}, ["Failed"]),
        (
            ExceptionGroup("two", [KeyError(), IndexError()]),
            {"retry_on": (LookupError,)},
            ["Retried", "Failed"],
        ),
    ],
)
async def test_job_62_a_group_of_errors_is_what_its_errors_amount_to(
    shop, error, options, outcomes
):
    await shop.enqueue(raising(error, **options))
    await shop.work()
    assert shop.backend.outcomes == outcomes


async def test_job_60_a_retry_waits_exactly_as_long_as_it_says(shop):
    await shop.enqueue(raising(Retry(60)))
    await shop.work()
    assert [outcome.after for _, outcome in shop.backend.settled] == [60]


async def test_job_62_a_group_of_retries_waits_as_long_as_the_longest(shop):
    await shop.enqueue(raising(ExceptionGroup("both", [Retry(30), Retry(600)])))
    await shop.work()
    assert [outcome.after for _, outcome in shop.backend.settled] == [600]


async def test_job_63_what_failed_raises_is_logged_and_the_job_is_listed(shop, caplog):
    @dataclass(frozen=True)
    class Broken(Job, attempts=1):
        async def handle(self) -> None:
            raise ValueError("first")

        async def failed(self, error: Exception, scope: Scope) -> None:
            raise KeyError("second")

    await shop.enqueue(Broken())
    await shop.work()
    assert [str(each.error) for each in shop.backend.failed] == ["first"]
    assert "`failed` of Broken" in caplog.text
    assert "second" in caplog.text


async def test_a_plain_failed_runs_in_a_thread(shop):
    @dataclass(frozen=True)
    class Plain(Job, attempts=1):
        def handle(self) -> None:
            raise ValueError("no paper")

        def failed(self, error: Exception, journal: Journal) -> None:
            journal.append(f"{error}: {threading.current_thread() is threading.main_thread()}")

    await shop.enqueue(Plain())
    await shop.work()
    assert shop.journal == ["no paper: False"]


async def test_failed_that_is_cancelled_or_too_slow_does_not_end_the_worker(shop, caplog):
    @dataclass(frozen=True)
    class Unlucky(Job, attempts=1, timeout=0.01):
        slow: bool

        async def handle(self) -> None:
            raise ValueError("no paper")

        async def failed(self, error: Exception) -> None:
            if self.slow:
                await asyncio.Event().wait()
            raise asyncio.CancelledError

    await shop.enqueue(Unlucky(slow=True), Unlucky(slow=False), Note("next"))
    await shop.work()
    assert shop.journal == ["next"]
    assert sorted(shop.backend.outcomes) == ["Done", "Failed", "Failed"]
    problems = [each.exc_info[1] for each in caplog.records if "`failed` of" in each.message]
    assert {type(each) for each in problems} == {JobTimeout, JobCancelled}


class Broken:
    def __init__(self, seconds: object) -> None:
        self.seconds = seconds

    def seconds_after(self, attempt: int) -> float:
        return self.seconds / 1


@pytest.mark.parametrize(
    ("seconds", "problem"),
    [("3", TypeError), (-1, ValueError), (float("inf"), ValueError), (float("nan"), ValueError)],
)
async def test_a_backoff_that_returns_no_seconds_fails_the_job_and_not_the_worker(
    shop, seconds, problem
):
    @dataclass(frozen=True)
    class Odd(Job, backoff=Broken(seconds)):
        async def handle(self) -> None:
            raise KeyError

    await shop.enqueue(Odd(), Note("next"))
    await shop.work()
    assert shop.journal == ["next"]
    (failed,) = shop.backend.failed
    assert isinstance(failed.error, problem)


@pytest.mark.parametrize("after", ["60", timedelta(seconds=60), -1, float("inf"), float("nan")])
def test_retry_after_what_is_not_a_number_of_seconds_is_refused(after):
    with pytest.raises(ValueError, match="pass a number of seconds, 0 or more"):
        Retry(after)
