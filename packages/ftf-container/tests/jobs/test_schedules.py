"""Jobs at times of the clock: which slots there are, and that each is used once."""

import asyncio
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from services import Journal

from ftf.container import Container, InvalidRegistrationError
from ftf.container.jobs import (
    Capabilities,
    Done,
    Job,
    JobBackend,
    JobRegistry,
    Jobs,
    JobsProvider,
    MemoryJobs,
    MemorySchedules,
    MissingCapability,
    Schedule,
    Scheduler,
    ScheduleStore,
    UnwritableJob,
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


@pytest.fixture
def shop(monkeypatch) -> Shop:
    clock = Clock(at("03-28T12:00"))
    monkeypatch.setattr("ftf.container.jobs.schedules._scheduler.now", clock.now)
    monkeypatch.setattr("ftf.container.jobs.schedules._scheduler.sleep", clock.sleep)
    return Shop(clock)


@pytest.mark.parametrize("workers", [1, 3])
async def test_job_93_each_slot_is_used_once_by_all_workers(shop, workers):
    shop.schedule.cron("0 3 * * *", Prune())
    shop.schedule.every(timedelta(hours=12), Prune(7), name="week")
    assert await shop.run(at("03-30T04:00"), workers) == [
        "week 03-29 00:00:00",
        "Prune 03-29 03:00:00",
        "week 03-29 12:00:00",
        "week 03-30 00:00:00",
        "Prune 03-30 03:00:00",
    ]


async def test_job_93_two_versions_with_different_times_use_a_slot_once(shop):
    other = Schedule()
    shop.schedule.cron("0 3 * * *", Prune())
    other.cron("0 */3 * * *", Prune())
    scheduler = Scheduler(shop.container, shop.registry, other, shop.store)
    shop.clock.end, stop = at("03-29T03:30"), asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(scheduler.run(stop))
        group.create_task(shop.run(at("03-29T03:30")))
    assert shop.store.used.count("Prune 03-29 03:00:00") == 1
    assert len(shop.store.used) == 5


@pytest.mark.parametrize("catch_up", [True, False])
async def test_job_94_slots_without_a_worker_are_made_up_for_by_one_late_run(shop, catch_up):
    shop.schedule.cron("*/10 * * * *", Prune(), catch_up=catch_up)
    assert await shop.run(at("03-28T12:11")) == ["Prune 03-28 12:10:00"]
    shop.clock.time = at("03-28T14:45")
    late = ["Prune 03-28 14:40:00"] if catch_up else []
    assert await shop.run(at("03-28T14:59")) == [*late, "Prune 03-28 14:50:00"]


async def test_job_94_the_first_slot_is_made_up_for_as_well(shop):
    shop.schedule.cron("0 3 * * *", Prune())
    assert await shop.run(at("03-28T12:01")) == []
    shop.clock.time = at("03-29T09:00")
    assert await shop.run(at("03-29T09:01"), 2) == ["Prune 03-29 03:00:00"]


async def test_a_worker_that_hung_makes_up_for_its_slots_by_one_run(shop, monkeypatch):
    shop.schedule.every(timedelta(minutes=1), Prune())
    sleep = shop.clock.sleep

    async def hang(seconds: float, stop: asyncio.Event) -> None:
        await sleep(seconds + 600, stop)

    monkeypatch.setattr("ftf.container.jobs.schedules._scheduler.sleep", hang)
    assert await shop.run(at("03-28T12:12")) == ["Prune 03-28 12:11:00"]


@pytest.mark.parametrize(
    ("expression", "slots"),
    [
        # 01:30 does not exist on 29 March, and exists twice on 25 October.
        ("30 1 * * *", {"03-29": ["01:00"], "10-25": ["00:30"]}),
        ("0 3 * * *", {"03-29": ["02:00"], "10-25": ["03:00"]}),
        (
            "*/30 * * * *",
            {
                "03-29": ["00:00", "00:30", "01:00", "01:30", "02:00"],
                "10-25": ["00:00", "00:30", "01:00", "01:30", "02:00"],
            },
        ),
    ],
)
@pytest.mark.parametrize("day", ["03-29", "10-25"])
async def test_job_95_slots_around_daylight_saving(shop, expression, slots, day):
    shop.schedule.cron(expression, Prune(), timezone="Europe/Lisbon")
    shop.clock.time = at(f"{day}T00:00") - timedelta(seconds=1)
    end = "02:01" if expression.startswith("*") else "03:30"
    found = await shop.run(at(f"{day}T{end}"))
    assert found == [f"Prune {day} {slot}:00" for slot in slots[day]]


async def test_job_95_a_worker_that_starts_in_the_hour_that_is_repeated(shop):
    shop.schedule.cron("30 1 * * *", Prune(), timezone="Europe/Lisbon")
    shop.clock.time = at("10-24T12:00")
    assert await shop.run(at("10-24T12:01")) == []
    shop.clock.time = at("10-25T01:10")  # the second 01:10 in Lisbon
    assert await shop.run(at("10-25T01:40")) == ["Prune 10-25 00:30:00"]
    shop.clock.time = at("10-25T01:41")
    assert await shop.run(at("10-26T01:31")) == ["Prune 10-26 01:30:00"]


async def test_job_95_a_clock_that_is_set_back_uses_no_slot_twice(shop):
    shop.schedule.every(timedelta(hours=1), Prune())
    assert await shop.run(at("03-28T14:01")) == ["Prune 03-28 13:00:00", "Prune 03-28 14:00:00"]
    shop.clock.time = at("03-28T12:30")
    assert await shop.run(at("03-28T15:01")) == ["Prune 03-28 15:00:00"]


async def test_job_96_a_slot_is_skipped_while_the_job_before_waits_or_runs(shop, caplog):
    shop.schedule.every(timedelta(hours=1), Prune(), overlap=False)
    await shop.run(at("03-28T14:01"))
    assert "Prune is skipped at 2026-03-28 14:00:00+00:00" in caplog.text
    (first,) = await shop.backend.claim([], 9)
    assert first.due == at("03-28T13:00")
    caplog.clear()
    await shop.backend.settle(first, Done())
    await shop.run(at("03-28T15:01"))
    assert caplog.text == ""


async def test_what_the_store_raises_is_logged_and_tried_again(shop, caplog):
    shop.schedule.every(timedelta(hours=1), Prune())
    await shop.run(at("03-28T12:01"))
    shop.store.broken = 2
    assert await shop.run(at("03-28T13:01")) == ["Prune 03-28 13:00:00"]
    assert caplog.text.count("the schedule failed, and is tried again in 5 s") == 2
    assert "no database" in caplog.text


def test_a_schedule_knows_whether_a_moment_is_one_of_its_slots(shop):
    shop.schedule.cron("0 3 * * *", Prune(), timezone="Europe/Lisbon")
    (scheduled,) = shop.schedule.all
    assert scheduled.is_due(at("03-28T03:00"))
    assert scheduled.is_due(at("03-29T02:00"))
    assert not scheduled.is_due(at("03-29T03:00"))


async def test_without_schedules_nothing_waits(shop):
    assert await shop.run(at("03-29T12:00")) == []
    assert shop.clock.time == at("03-28T12:00")


async def test_scheduled_jobs_run_in_their_queue_and_a_worker_that_stops_stops_them():
    done = asyncio.Event()

    @dataclass(frozen=True)
    class Tick(Job):
        async def handle(self) -> None:
            done.set()

    async with Container() as container:
        container.add_provider(JobsProvider(queues=["clock"]))
        JobRegistry.of(container).register(Tick)
        Schedule.of(container).every(timedelta(microseconds=1), Tick(), queue="clock")
        await container.boot()
        assert isinstance(await container.aresolve(ScheduleStore), MemorySchedules)
        await done.wait()
    assert len(asyncio.all_tasks()) == 1


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
