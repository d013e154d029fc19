"""`python -m ftf.container.jobs`, run in this process."""

import logging
import os
import runpy
import signal
import sys
from dataclasses import dataclass, replace
from types import ModuleType, SimpleNamespace

import pytest
from services import Journal

from ftf.container import Container, GraphError, ServiceProvider
from ftf.container.jobs import Job, JobBackend, JobRegistry, Jobs, JobsProvider, MemoryJobs
from ftf.container.jobs.worker._command import main  # noqa: PLC2701  # the command is no API


@dataclass(frozen=True)
class Note(Job):
    text: str

    async def handle(self, journal: Journal) -> None:
        journal.append(self.text)


@dataclass(frozen=True)
class Leave(Job, queue="last"):
    """Ends the process that it runs in, as an orchestrator would."""

    async def handle(self, journal: Journal) -> None:
        journal.append("left")
        os.kill(os.getpid(), signal.SIGTERM)


class Shop(ServiceProvider):
    def register(self, container: Container) -> None:
        container.register(Journal, scope="singleton")
        JobRegistry.of(container).register(Note, Leave)

    async def boot(self, container: Container) -> None:
        async with container.scoped_context() as scope:
            jobs = await scope.aresolve(Jobs)
            await jobs.enqueue(Note("other"), queue="other")
            await jobs.enqueue_many([Note("mail"), Note("again")], queue="mail")
            await jobs.enqueue(Leave())

    async def stop(self, journal: Journal) -> None:
        self.journal = list(journal)


@pytest.fixture
def shop() -> Shop:
    return Shop()


@pytest.fixture
def container(shop) -> Container:
    container = Container()
    container.add_provider(JobsProvider(), shop)
    return container


@pytest.fixture
def module(monkeypatch, container) -> ModuleType:
    module = ModuleType("a_shop")
    module.container = container
    module.app = SimpleNamespace(container=container)
    module.make = lambda: module.app
    module.nested = SimpleNamespace(app=module.app)
    monkeypatch.setitem(sys.modules, "a_shop", module)
    return module


@pytest.mark.parametrize("name", ["container", "app", "make", "nested.app"])
def test_it_runs_the_jobs_of_an_application_until_a_signal(module, shop, caplog, name):
    caplog.set_level(logging.INFO)
    command = [f"a_shop:{name}", "--queue", "mail,last", "--concurrency", "1", "--grace", "600"]
    assert main(command) == 0
    assert shop.journal[:2] == ["mail", "left"]  # queues take turns
    assert "other" not in shop.journal
    said = [each.getMessage() for each in caplog.records]
    done = [each for each in said if " is done in " in each]
    assert [each.split(" ")[0] for each in done[:2]] == ["Note", "Leave"]
    assert [each for each in said if each not in done] == [
        "jobs are kept in memory: only those of this process are run here",
        "running the jobs of mail, last, 1 at a time",
        "stopping: no more jobs begin, and those that run have 600 s to end",
        "stopped",
    ]


def test_it_runs_all_queues_by_default(module, shop, container, monkeypatch, caplog):
    class Durable(MemoryJobs):
        capabilities = replace(MemoryJobs.capabilities, durable=True)

    container.register(JobBackend, Durable, scope="singleton")
    monkeypatch.setattr(sys, "argv", ["worker", "a_shop:app", "--concurrency", "7"])
    with pytest.raises(SystemExit, match="0"):
        runpy.run_module("ftf.container.jobs", run_name="__main__")
    assert sorted(shop.journal) == ["again", "left", "mail", "other"]
    assert "kept in memory" not in caplog.text


@pytest.mark.parametrize(
    ("command", "problem"),
    [
        ([], "the following arguments are required: application"),
        (["a_shop"], "'a_shop' is not the name of an application: write `module:attribute`"),
        (["a_shop:"], "'a_shop:' is not the name of an application"),
        (["a_shop:other"], "a_shop has no attribute 'other'"),
        (["a_shop:None"], "a_shop has no attribute 'None'"),
        (["a_shop:name"], "'a_shop:name' is a str, which has no container"),
        (["a_shop:bare"], "'a_shop:bare' has no jobs: add `ftf.container.jobs.JobsProvider`"),
        (["nowhere.at_all:app"], "There is no module 'nowhere' here"),
        (["a_shop:app", "--concurrency", "0"], "argument --concurrency: invalid"),
        (["a_shop:app", "--grace", "-1"], "argument --grace: invalid"),
        (["a_shop:app", "--grace", "nan"], "argument --grace: invalid"),
    ],
)
def test_a_command_that_cannot_be_names_the_remedy(module, capsys, command, problem):
    module.name, module.bare = "shop", Container()
    with pytest.raises(SystemExit, match="2"):
        main(command)
    assert problem in capsys.readouterr().err


def test_what_the_import_of_the_application_raises_is_raised(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    tmp_path.joinpath("broken_shop.py").write_text("import missing_module")
    with pytest.raises(ModuleNotFoundError, match="missing_module"):
        main(["broken_shop:app"])


def test_a_container_with_a_fault_runs_no_job(module, container, shop):
    @dataclass(frozen=True)
    class Broken(Job):
        async def handle(self, number: int) -> None: ...

    JobRegistry.of(container).register(Broken)
    with pytest.raises(GraphError, match="job Broken"):
        main(["a_shop:app"])
    assert not hasattr(shop, "journal")


def test_job_87_a_provider_that_fails_to_boot_ends_the_command_before_a_job_begins(
    module, container, shop
):
    class Late(ServiceProvider):
        priority = 2000

        async def boot(self) -> None:
            raise ConnectionError("no database")

    container.add_provider(Late())
    with pytest.raises(ConnectionError, match="no database"):
        main(["a_shop:app"])
    assert shop.journal == []
