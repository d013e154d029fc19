"""A database that is busy or cannot be reached while jobs run."""

import asyncio
from typing import Self

import pytest
from job_shop import Note, WatchedDatabaseJobs
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container.jobs import Done, LeaseLost
from ftf.orm.jobs import DatabaseJobs


class Broken:
    """Makes statements fail as if the server was gone, a number of times."""

    def __init__(self, engine: AsyncEngine, beginning: str, times: int) -> None:
        self.engine, self.beginning, self.left = engine.sync_engine, beginning, times
        self.ended = asyncio.Event()

    def fail(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        if self.left and statement.startswith(self.beginning):
            self.left -= 1
            if not self.left:
                self.ended.set()
            raise ConnectionResetError("the server is gone")

    def __enter__(self) -> Self:
        event.listen(self.engine, "before_cursor_execute", self.fail)
        return self

    def __exit__(self, *_: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self.fail)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch) -> None:
    monkeypatch.setattr("ftf.orm.jobs._outage._FIRST_PAUSE", 0.0)


@pytest.mark.parametrize("beginning", ["SELECT", "WITH due", "DELETE"])
async def test_job_85_a_worker_goes_on_after_an_outage(shop, caplog, beginning):
    await shop.enqueue(Note("a"))
    with Broken(shop.engine, beginning, 3) as broken:
        worker, running = shop.start()
        await shop.backend.outcomes.reaches(1)
        while broken.left:
            await shop.enqueue(Note("b"))
            await shop.backend.outcomes.reaches(len(shop.backend.outcomes) + 1)
        worker.stop()
        await running
    assert "the server is gone" in caplog.text
    assert shop.journal[0] == "a"
    assert await shop.rows() == []


async def test_job_37_an_outcome_whose_commit_got_no_answer_is_not_a_lost_lease(shop):
    await shop.enqueue(Note("a"))
    (claimed,) = await shop.backend.claim((), 1)
    with Broken(shop.engine, "DELETE", 1):
        async with shop.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE ftf_jobs SET token = 'other'")
        await shop.backend.settle(claimed, Done())
    assert await shop.rows() == [("Note", "default")]


async def test_an_outcome_is_given_up_when_its_lease_has_ended(shop):
    backend = DatabaseJobs(shop.engine, lease_seconds=0.01)
    await shop.enqueue(Note("a"))
    (claimed,) = await backend.claim((), 1)
    with (
        Broken(shop.engine, "DELETE", 10**9),
        pytest.raises(LeaseLost, match=r"handed out again"),
    ):
        await backend.settle(claimed, Done())
    assert await shop.rows() == [("Note", "default")]


async def test_leases_that_are_not_renewed_are_logged_and_tried_again(shop, caplog):
    backend = WatchedDatabaseJobs(shop.engine, lease_seconds=0.03)
    await shop.enqueue(Note("a"))
    await backend.claim((), 1)
    ended = asyncio.Event()
    with Broken(shop.engine, "UPDATE", 2) as broken:
        renewing = asyncio.create_task(backend._leases.renew_until(ended))  # noqa: SLF001  # as `work` does
        await broken.ended.wait()
        ended.set()
        await renewing
    assert "The leases of jobs are not renewed" in caplog.text


async def test_leases_are_renewed_again_after_any_other_error(shop, caplog):
    backend = WatchedDatabaseJobs(shop.engine, lease_seconds=0.03)
    await shop.enqueue(Note("a"))
    await backend.claim((), 1)
    ended, failed = asyncio.Event(), asyncio.Event()

    def fail(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE"):
            failed.set()
            raise KeyError("x")

    event.listen(shop.engine.sync_engine, "before_cursor_execute", fail)
    renewing = asyncio.create_task(backend._leases.renew_until(ended))  # noqa: SLF001  # as `work` does
    await failed.wait()
    event.remove(shop.engine.sync_engine, "before_cursor_execute", fail)
    ended.set()
    await renewing
    assert "KeyError: 'x'" in caplog.text


async def test_an_outage_while_the_worker_is_cancelled_does_not_keep_it(shop, caplog):
    claiming = asyncio.create_task(shop.backend.claim((), 1))
    reached = asyncio.Event()

    def fail(*_: object) -> None:
        claiming.cancel()
        reached.set()
        raise ConnectionResetError("the server is gone")

    event.listen(shop.engine.sync_engine, "before_cursor_execute", fail)
    with pytest.raises(asyncio.CancelledError):
        await claiming
    event.remove(shop.engine.sync_engine, "before_cursor_execute", fail)
    assert reached.is_set()
    assert "the server is gone" in caplog.text


async def test_job_90_a_worker_waits_longer_and_longer_and_does_not_spin(shop, monkeypatch):
    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr("ftf.orm.jobs._outage._FIRST_PAUSE", 0.1)
    monkeypatch.setattr("ftf.orm.jobs._outage.sleep", sleep)
    await shop.enqueue(Note("a"))
    with Broken(shop.engine, "WITH due", 8):
        for _ in range(8):
            assert await shop.backend.claim((), 1) == ()
            await shop.backend.wait(())
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0]
    (claimed,) = await shop.backend.claim((), 1)
    with Broken(shop.engine, "SELECT", 1):
        await shop.backend.wait(())  # so that a claim is tried
        await shop.backend.wait(())
    assert pauses[8:] == [0.2]
    await shop.backend.settle(claimed, Done())


async def test_an_error_that_is_no_outage_ends_the_worker(shop, caplog):
    def fail(*_: object) -> None:
        raise KeyError("x")

    event.listen(shop.engine.sync_engine, "before_cursor_execute", fail)
    _, running = shop.start()
    with pytest.raises(KeyError, match="x"):
        await running
    event.remove(shop.engine.sync_engine, "before_cursor_execute", fail)
    assert caplog.text == ""
