"""`ftf jobs failed`, `retry` and `forget`."""

import pytest

from ftf.container.cli import Result

MAIN = """
    import os
    from dataclasses import dataclass
    from ftf.container import Container, ServiceProvider
    from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider, Worker
    from ftf.orm import DatabaseProvider
    from ftf.orm.jobs import add_job_tables, jobs_metadata
    from sqlalchemy.ext.asyncio import AsyncEngine

    @dataclass(frozen=True)
    class Break(Job, attempts=1):
        number: int
        async def handle(self) -> None:
            raise ValueError(f"no {self.number}")

    class Shop(ServiceProvider):
        def register(self, container):
            JobRegistry.of(container).register(Break)

    container = Container()
    container.add_provider(
        DatabaseProvider(os.environ["DATABASE_URL"]), JobsProvider("database:"), Shop()
    )
"""
STORED = """
    INSERT INTO ftf_failed_jobs (id, name, queue, payload, headers, attempt, crashes,
                                 enqueued_at, failed_at, error, traceback)
    VALUES ('{id}', 'Break', 'default', '{{"number": 1}}', '{{}}', 1, 0,
            '2026-01-01 00:00:00.000000', '2026-01-0{day} 00:00:00.000000', 'ValueError: no', '')
"""


@pytest.fixture
async def failing(store):
    store.write("store/main.py", MAIN)
    store.write("pyproject.toml", '[tool.ftf]\napp = "store.main:container"\n')
    store.write("store/models.py", "")
    from sqlalchemy.ext.asyncio import AsyncEngine

    from ftf.orm import create_engine
    from ftf.orm.jobs import jobs_metadata

    engine: AsyncEngine = create_engine(store.url)
    async with engine.begin() as connection:
        await connection.run_sync(jobs_metadata.create_all)
    await engine.dispose()
    for day, id_ in enumerate("ab", 1):
        await store.fetch(STORED.format(id=id_, day=day))
    return store


def lines(result: Result) -> list[str]:
    assert result.exit_code == 0, result.stderr
    return result.stdout.splitlines()


async def test_failed_jobs_are_listed_retried_and_forgotten(failing):
    shown = lines(await failing.run("jobs", "failed", "--name", "Break"))
    assert [line.split() for line in shown] == [
        ["2026-01-02", "00:00:00", "UTC", "b", "Break", "ValueError:", "no"],
        ["2026-01-01", "00:00:00", "UTC", "a", "Break", "ValueError:", "no"],
    ]
    listed = await failing.run("--json", "jobs", "failed", "--limit", "1")
    assert [each["id"] for each in listed.json["failed"]] == ["b"]
    assert lines(await failing.run("jobs", "retry", "b")) == ["enqueued again: 1"]
    assert await failing.fetch("SELECT id FROM ftf_jobs") == ["b"]
    assert lines(await failing.run("jobs", "forget", "a")) == ["deleted: 1"]
    assert lines(await failing.run("jobs", "failed")) == ["No job has failed."]


async def test_all_failed_jobs_of_a_name_are_retried(failing):
    assert lines(await failing.run("jobs", "retry", "--all", "--name", "Other")) == [
        "enqueued again: 0"
    ]
    assert lines(await failing.run("jobs", "retry", "--all")) == ["enqueued again: 2"]


@pytest.mark.parametrize("arguments", [["retry"], ["retry", "a", "--all"], ["retry", "--name=A"]])
async def test_which_jobs_are_retried_must_be_said(failing, arguments):
    result = await failing.run("jobs", *arguments)
    assert result.exit_code != 0
    assert "Write the ids of jobs, as `ftf jobs failed` shows them, or --all." in result.stderr


async def test_a_job_that_has_not_failed_is_an_error(failing):
    for command in ("retry", "forget"):
        result = await failing.run("jobs", command, "nothing")
        assert result.exit_code != 0
        assert "No failed job has the id 'nothing'." in result.stderr


async def test_an_application_without_jobs_in_a_database_is_told_so(store):
    result = await store.run("jobs", "failed")
    assert result.exit_code != 0
    assert "The application keeps no jobs in a database" in result.stderr
