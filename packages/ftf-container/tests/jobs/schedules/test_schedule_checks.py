"""Schedules, and demands of jobs, that are refused."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from scheduled_shop import Prune, at

from ftf.container import Container, InvalidRegistrationError
from ftf.container.jobs import (
    Capabilities,
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    MemoryJobs,
    MissingCapability,
    Schedule,
    UnwritableJob,
)


async def test_what_the_store_raises_is_logged_and_tried_again(shop, caplog):
    shop.schedule.every(timedelta(hours=1), Prune())
    await shop.run(at("03-28T12:01"))
    shop.store.broken = 2
    assert await shop.run(at("03-28T13:01")) == ["Prune 03-28 13:00:00"]
    assert caplog.text.count("the schedule failed, and is tried again in 5 s") == 2
    assert "no database" in caplog.text


@pytest.mark.parametrize(
    ("expression", "zone", "problem"),
    [
        ("61 * * * *", "UTC", r"cron\('61 \* \* \* \*', .* CronSimError: Bad minute"),
        ("0 0 30 2 *", "UTC", "CronSimError: Bad day-of-month"),
        ("tomorrow", "UTC", "CronSimError: Wrong number of fields"),
        ("0 3 * * *", "Lisbon", "timezone='Lisbon'.* ZoneInfoNotFoundError"),
        ("0 3 * * *", "../etc", r"timezone='\.\./etc'.* ValueError"),
    ],
)
def test_times_that_cannot_be_are_refused(shop, expression, zone, problem):
    with pytest.raises(InvalidRegistrationError, match=problem):
        shop.schedule.cron(expression, Prune(), timezone=zone)
    assert shop.schedule.all == ()


@pytest.mark.parametrize("interval", [timedelta(0), timedelta(-1)])
def test_an_interval_that_is_not_positive_is_refused(shop, interval):
    with pytest.raises(InvalidRegistrationError, match="the interval must be positive"):
        shop.schedule.every(interval, Prune())


def test_an_interval_that_is_a_number_is_refused(shop):
    with pytest.raises(InvalidRegistrationError, match=r"every\(5, ...\) cannot be: TypeError"):
        shop.schedule.every(5, Prune())


def test_a_class_in_place_of_a_job_is_refused(shop):
    with pytest.raises(InvalidRegistrationError, match="which is not a job"):
        shop.schedule.every(timedelta(1), Prune)


def test_a_name_that_is_scheduled_twice_is_refused_with_both_places(shop):
    shop.schedule.cron("0 3 * * *", Prune())
    with pytest.raises(InvalidRegistrationError, match=r"twice, at .*\.py:\d+ and at .*\.py:\d+"):
        shop.schedule.every(timedelta(1), Prune(7))


def test_job_107_cron_without_cronsim_names_the_extra(shop, monkeypatch):
    monkeypatch.setitem(sys.modules, "cronsim", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'ftf-container\[schedule\]'"):
        shop.schedule.cron("0 3 * * *", Prune())


class Poor(MemoryJobs):
    capabilities = Capabilities()


def poor(container: Container, *jobs: type[Job]) -> Container:
    container.add_provider(JobsProvider(concurrency=0))
    container.register(JobBackend, Poor, scope="singleton")
    JobRegistry.of(container).register(*jobs)
    return container


async def test_what_jobs_and_schedules_need_and_the_backend_lacks_is_an_error_at_the_start():
    container = poor(Container(), Prune)
    Schedule.of(container).every(timedelta(1), Prune(), overlap=False)
    with pytest.raises(MissingCapability) as caught:
        await container.boot()
    assert caught.value.needs == (
        "job Prune needs `delay` to wait between its 3 attempts",
        "schedule Prune needs `schedules`",
        "schedule Prune needs `unique` because of `overlap=False`",
    )
    assert str(caught.value).startswith("Poor does not promise everything")


async def test_what_an_enqueue_needs_and_the_backend_lacks_is_an_error():
    @dataclass(frozen=True)
    class Once(Job, attempts=1):
        async def handle(self) -> None: ...

    container = poor(Container(), Once)
    await container.boot()
    async with container.scoped_context() as scope:
        jobs = await scope.aresolve(Jobs)
        with pytest.raises(MissingCapability, match="unique needs `unique`"):
            await jobs.enqueue(Once(), unique="a")
        with pytest.raises(MissingCapability, match="delay needs `delay`"):
            await jobs.enqueue(Once(), delay=timedelta(1))
        with pytest.raises(MissingCapability, match="at needs `delay`"):
            await jobs.enqueue_many([Once()], at=datetime.now(UTC))
        await jobs.enqueue(Once())


async def test_a_scheduled_job_that_is_not_registered_is_an_error_at_the_start():
    @dataclass(frozen=True)
    class Unknown(Job):
        async def handle(self) -> None: ...

    container = Container()
    container.add_provider(JobsProvider(concurrency=0))
    Schedule.of(container).every(timedelta(1), Unknown())
    with pytest.raises(InvalidRegistrationError, match="Unknown is not registered"):
        await container.boot()


async def test_a_scheduled_job_that_cannot_be_stored_is_an_error_at_the_start(shop):
    shop.schedule.every(timedelta(1), Prune("x"))
    with pytest.raises(UnwritableJob, match=r"Prune\.days is 'x'"):
        await shop.container.boot()
