"""The slots of schedules: each is used once by all workers, together with its jobs."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from ftf.container.jobs import Envelope, ScheduleStore
from ftf.orm.jobs import DatabaseSchedules, JobTablesMissing

SLOT = datetime(2026, 3, 29, 2, tzinfo=UTC)


@pytest.fixture
def schedules(shop) -> DatabaseSchedules:
    found = shop.container.resolve(ScheduleStore)
    assert isinstance(found, DatabaseSchedules)
    return found


def note(id_: str) -> Envelope:
    return Envelope(id_, "Note", {"text": id_}, "default", datetime.now(UTC))


async def use(shop, schedules, slot: datetime, *envelopes: Envelope, name: str = "prune"):
    async with shop.container.scoped_context() as scope:
        return await schedules.use(name, slot, envelopes, scope)


async def last(shop, schedules, *names: str) -> dict[str, datetime]:
    async with shop.container.scoped_context() as scope:
        return dict(await schedules.last(names, scope))


async def test_job_93_a_slot_is_used_once_and_enqueues_its_jobs(shop, schedules):
    assert await use(shop, schedules, SLOT, note("a"), note("b")) == ["a", "b"]
    assert await use(shop, schedules, SLOT, note("c")) is None
    assert await use(shop, schedules, SLOT, note("d"), name="other") == ["d"]
    await shop.work(concurrency=1)
    assert shop.journal == ["a", "b", "d"]


async def test_job_93_three_workers_with_one_slot_are_one_job(shop, schedules):
    notes = [note(str(number)) for number in range(3)]
    used = await asyncio.gather(*(use(shop, schedules, SLOT, each) for each in notes))
    assert sorted(each is None for each in used) == [False, True, True]
    assert len(await shop.rows()) == 1


async def test_job_95_no_slot_is_used_after_a_later_one(shop, schedules):
    assert await use(shop, schedules, SLOT, note("a")) == ["a"]
    assert await use(shop, schedules, SLOT - timedelta(hours=1), note("b")) is None
    assert await use(shop, schedules, SLOT + timedelta(seconds=1), note("c")) == ["c"]
    later = SLOT + timedelta(seconds=1)
    assert await last(shop, schedules, "prune", "unknown") == {"prune": later}
    assert await last(shop, schedules) == {}


async def test_job_97_a_slot_whose_enqueue_fails_is_not_used(shop, schedules):
    async with shop.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE ftf_jobs RENAME TO elsewhere"))
    with pytest.raises(JobTablesMissing):
        await use(shop, schedules, SLOT, note("a"))
    assert await last(shop, schedules, "prune") == {}
    async with shop.engine.begin() as connection:
        await connection.execute(text("ALTER TABLE elsewhere RENAME TO ftf_jobs"))
    assert await use(shop, schedules, SLOT, note("a")) == ["a"]


async def test_a_slot_can_be_noted_without_a_job(shop, schedules):
    assert await use(shop, schedules, SLOT) == []
    assert await last(shop, schedules, "prune") == {"prune": SLOT}
    assert await use(shop, schedules, SLOT, note("a")) is None


async def test_schedules_without_their_table_name_the_remedy(shop, schedules):
    async with shop.engine.begin() as connection:
        await connection.execute(text("DROP TABLE ftf_schedules"))
    with pytest.raises(JobTablesMissing):
        await use(shop, schedules, SLOT)
    with pytest.raises(JobTablesMissing):
        await last(shop, schedules, "prune")
