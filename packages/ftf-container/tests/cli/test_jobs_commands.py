"""`ftf jobs work` and `ftf schedule list`."""

import json
import logging

MAIN = """
import os, signal
from dataclasses import dataclass
from datetime import timedelta
from ftf.container import Container, ServiceProvider
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider, Schedule

@dataclass(frozen=True)
class Leave(Job, queue="mail"):
    async def handle(self) -> None:
        print("left")
        os.kill(os.getpid(), signal.SIGTERM)

@dataclass(frozen=True)
class Other(Job):
    async def handle(self) -> None:
        print("other")

class Shop(ServiceProvider):
    def register(self, container):
        JobRegistry.of(container).register(Leave, Other)
    async def boot(self, container: Container):
        async with container.scoped_context() as scope:
            await (await scope.aresolve(Jobs)).enqueue_many([Other(), Leave()])

container = Container()
container.add_provider(JobsProvider(), Shop())
"""
PLAN = """
Schedule.of(container).cron("0 3 * * *", Other())
Schedule.of(container).every(timedelta(hours=1), Leave(), name="hourly")
"""


def test_work_runs_the_jobs_of_some_queues_until_a_signal(shop):
    shop.write("shop/main.py", MAIN)
    result = shop.run("jobs", "work", "--queue", "mail,", "--concurrency", "2", "--grace", "600")
    assert (result.exit_code, result.stdout) == (0, "left\n")


def test_work_says_what_it_does(shop, monkeypatch):
    shop.write("shop/main.py", MAIN)
    for name, value in {"handlers": [], "level": logging.WARNING}.items():
        monkeypatch.setattr(logging.root, name, value)  # as in a process that has set up no logs
    result = shop.run("jobs", "work", "--queue=mail")
    for expected in ("running the jobs of mail, 10 at a time", "attempt 1 is done in", "stopped"):
        assert expected in result.stderr


def test_work_without_jobs_names_what_is_missing(shop):
    result = shop.run("jobs", "work")
    assert result.exit_code != 0
    assert "has no jobs: add `ftf.container.jobs.JobsProvider`." in result.stderr


def test_the_schedule_is_listed_with_the_next_times(shop):
    shop.write("shop/main.py", MAIN + PLAN)
    lines = shop.run("schedule", "list").stdout.splitlines()
    assert [line.split()[1:] for line in lines] == [
        ["03:00:00", "UTC", "Other", "Other()"],
        [lines[1].split()[1], "UTC", "hourly", "Leave()"],
    ]
    first, second = json.loads(shop.run("--json", "schedule", "list").stdout)["schedule"]
    assert (first["name"], second["job"]) == ("Other", "Leave()")
    assert ".py:" in first["location"]


def test_an_empty_schedule_says_so(shop):
    assert shop.run("schedule", "list").stdout == "Nothing is scheduled.\n"
