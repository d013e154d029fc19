"""The URL that says what keeps the jobs, and the engines that other packages bring."""

import asyncio
import sys
from importlib.metadata import EntryPoints

import pytest

from ftf.container import Container
from ftf.container.jobs import (
    JobBackend,
    JobsProvider,
    JobsUrl,
    MemoryJobs,
    MemorySchedules,
    ScheduleStore,
)


class Paper(MemoryJobs): ...


def paper(container: Container, url: JobsUrl) -> None:
    url.refuse_unknown("size")
    container.register(JobBackend, Paper, scope="singleton")
    container.register(ScheduleStore, MemorySchedules, scope="singleton")


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """A distribution with an engine for `paper:`."""
    metadata = tmp_path / "paper_jobs-1.dist-info"
    metadata.mkdir()
    facts = "Metadata-Version: 2.1\nName: paper-jobs\nVersion: 1\n"
    metadata.joinpath("METADATA").write_text(facts)
    metadata.joinpath("entry_points.txt").write_text("[ftf.jobs]\npaper = paper_jobs:engine\n")
    tmp_path.joinpath("paper_jobs.py").write_text("engine = None\n")
    monkeypatch.syspath_prepend(tmp_path)
    import paper_jobs  # type: ignore[import-not-found]  # it was just written

    monkeypatch.setattr(paper_jobs, "engine", paper)
    yield
    monkeypatch.delitem(sys.modules, "paper_jobs")


async def is_run_here(provider: JobsProvider) -> bool:
    """Return whether the process that boots a provider runs jobs."""
    async with Container() as container:
        container.add_provider(provider)
        await container.boot()
        return "ftf.container.jobs" in {task.get_name() for task in asyncio.all_tasks()}


@pytest.mark.parametrize(
    ("url", "options", "expected"),
    [
        ("memory:", {}, True),
        ("memory:?worker=embedded", {}, True),
        ("memory:?worker=", {}, False),
        ("memory:", {"concurrency": 0}, False),
        ("paper:", {}, False),
        ("paper:?worker=embedded", {}, True),
        ("paper:?size=4&worker=embedded", {}, True),
    ],
)
async def test_jobs_are_run_where_the_url_says(installed, url, options, expected):
    assert await is_run_here(JobsProvider(url, **options)) is expected


async def test_an_engine_comes_from_the_distribution_that_declares_its_scheme(installed):
    container = Container()
    container.add_provider(JobsProvider("paper:"))
    assert isinstance(await container.aresolve(JobBackend), Paper)


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mail", "'mail' is not the URL of jobs: write `memory:` or `database:`"),
        ("", "'' is not the URL of jobs"),
        (
            "memory:?worker=apart",
            "worker='apart' in the URL of jobs: write `worker=embedded`, or leave it out",
        ),
        ("memory:?size=4", "'size' is not a parameter of `memory:`: these are worker"),
        (
            "paper:?colour=&size=4",
            "`paper:`: these are worker, size",
        ),
    ],
)
def test_a_url_that_cannot_be_is_refused(installed, url, problem):
    with pytest.raises(ValueError, match=problem):
        Container().add_provider(JobsProvider(url))


def test_an_engine_that_is_not_installed_is_named(installed):
    with pytest.raises(LookupError, match=r"for `stone:`: take one of .*memory, .*paper") as caught:
        JobsProvider("stone://ada:secret@host")
    assert "secret" not in str(caught.value)


def test_the_package_that_brings_jobs_in_the_database_is_named(monkeypatch):
    monkeypatch.setattr("importlib.metadata.entry_points", lambda **_: EntryPoints())
    with pytest.raises(LookupError, match="for `database:`: install ftf-orm"):
        JobsProvider("database:")


def test_the_url_in_the_container_does_not_show_its_password():
    container = Container()
    container.add_provider(JobsProvider("memory:?worker=embedded#hunter2"))
    assert "hunter2" in container.resolve(JobsUrl).text
    assert "hunter2" not in repr(container.resolve(JobsUrl))
