"""The URL that names a broker, and what has to be installed for it."""

import sys

import pytest

from ftf.container import Container
from ftf.container.jobs import (
    JobBackend,
    JobsProvider,
    JobTransport,
)
from ftf.container.jobs.taskiq import TaskiqJobs


def installed_without(monkeypatch, *names: str) -> None:
    for name in [each for each in sys.modules if each.startswith("ftf.container.jobs.taskiq")]:
        monkeypatch.delitem(sys.modules, name)
    for name in names:
        monkeypatch.setitem(sys.modules, name, None)


@pytest.mark.parametrize(
    ("url", "broker", "attributes"),
    [
        (
            "redis://host/1?timeout=3&outbox=false&lease=5",
            "TrimmedStreamBroker",
            {"idle_timeout": 5000, "count": 1, "maxlen": None, "queue_name": "ftf-a%2Eb"},
        ),
        ("amqp://host/", "AioPikaBroker", {"url": "amqp://host/"}),
        (
            "nats://host:4222?lease=7",
            "PullBasedJetStreamBroker",
            {
                "servers": ["nats://host:4222"],
                "stream_name": "ftf-a%2Eb",
                "pull_consume_timeout": 5,
            },
        ),
    ],
)
async def test_a_url_names_the_broker(url, broker, attributes):
    async with Container() as container:
        container.add_provider(JobsProvider(url))
        assert isinstance(await container.aresolve(JobBackend), TaskiqJobs)
        made = (await container.aresolve(JobTransport))._broker_of("a.b", 4)  # noqa: SLF001
        assert type(made).__name__ == broker
        assert {name: getattr(made, name) for name in attributes} == attributes


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("redis://h?outbox=yes", "outbox='yes' in the URL of jobs: write `outbox=true`"),
        ("redis://h?lease=-1", "lease=-1 in the URL of jobs: write a number of seconds over 0"),
        ("redis://h?lease=x", "lease=x in the URL of jobs: write a number of seconds over 0"),
    ],
)
def test_a_url_with_a_bad_parameter_is_refused(url, problem):
    with pytest.raises(ValueError, match=problem):
        Container().add_provider(JobsProvider(url))


def test_an_outbox_that_is_not_installed_is_an_error(monkeypatch):
    from ftf.container.jobs.taskiq import _engine  # noqa: PLC2701  # what is installed

    monkeypatch.setattr(_engine, "entry_points", lambda **_: [])
    with pytest.raises(LookupError, match="keeps jobs in the database: install ftf-orm"):
        Container().add_provider(JobsProvider("redis://h?outbox=true"))


def test_an_outbox_is_registered_by_the_package_that_brings_it(monkeypatch):
    from ftf.container.jobs.taskiq import _engine  # noqa: PLC2701  # what is installed

    class Outbox:
        def load(self):
            return lambda container, url: container.instance(JobBackend, url)

    monkeypatch.setattr(_engine, "entry_points", lambda **_: [Outbox()])
    container = Container()
    container.add_provider(JobsProvider("redis://h?outbox=true"))
    assert container.resolve(JobBackend).options == {"outbox": "true"}


@pytest.mark.parametrize(
    ("missing", "remedy"),
    [
        ("taskiq", r"Jobs by brokers need taskiq: pip install 'ftf-container\[redis\]', or"),
        ("taskiq_redis", r"by `redis:` need taskiq_redis: pip install 'ftf-container\[redis\]'"),
    ],
)
def test_job_104_without_taskiq_the_error_names_the_extra(monkeypatch, missing, remedy):
    installed_without(monkeypatch, missing)
    with pytest.raises(ModuleNotFoundError, match=remedy):
        Container().add_provider(JobsProvider("redis://host"))
