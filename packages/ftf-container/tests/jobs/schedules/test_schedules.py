"""Jobs at times of the clock: which slots there are, and that each is used once."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import pytest
from scheduled_shop import Prune, at

from ftf.container import Container
from ftf.container.jobs import (
    Done,
    Job,
    JobRegistry,
    JobsProvider,
    MemorySchedules,
    Schedule,
    Scheduler,
    ScheduleStore,
)


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
