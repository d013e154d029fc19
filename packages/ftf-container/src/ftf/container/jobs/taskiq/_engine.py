"""The engines of jobs that URLs of brokers name, such as `redis://localhost?outbox=true`."""

from collections.abc import AsyncIterator
from functools import partial
from importlib import import_module
from importlib.metadata import entry_points
from typing import Any, Final, cast

from ..._container import Container
from .._engine import JobEngine, JobsUrl
from ..backends._backend import JobBackend
from ..backends._transport import JobTransport
from ..schedules._store import MemorySchedules, ScheduleStore
from ._jobs import TaskiqJobs
from ._transport import TaskiqTransport
from ._url import BrokerUrl

_OUTBOXES: Final = "ftf.jobs.outbox"
_EXTRAS: Final = {
    "redis": "redis",
    "rediss": "redis",
    "amqp": "rabbitmq",
    "amqps": "rabbitmq",
    "nats": "nats",
}


def register(container: Container, url: JobsUrl) -> None:
    """Register what keeps jobs in a broker, or in a database with a broker that carries them.

    Args:
        container: What needs them.
        url: The URL. With the parameter `outbox=true` jobs are in the database; `lease` is the
            seconds after which a message is delivered again whose worker may be lost. What is no
            parameter of ours is one of the driver of the broker.

    Raises:
        ModuleNotFoundError: The driver of the broker is not installed.
        LookupError: What keeps jobs in the database is not installed.
        ValueError: A parameter has a value that cannot be.
    """
    broker = BrokerUrl.of(url)
    opened = partial(_opened, broker=broker, driver=_driver(url.scheme))
    container.register(JobTransport, opened, scope="singleton")
    if broker.outbox:
        _outbox()(container, url)
    else:
        container.register(JobBackend, TaskiqJobs, scope="singleton")
        container.register(ScheduleStore, MemorySchedules, scope="singleton")


def _driver(scheme: str) -> Any:  # noqa: ANN401  # a module
    extra = _EXTRAS[scheme]
    try:
        return import_module(f"{__package__}._{extra}")
    except ModuleNotFoundError as error:
        remedy = f"pip install 'ftf-container[{extra}]'"
        raise ModuleNotFoundError(f"Jobs by `{scheme}:` need {error.name}: {remedy}") from error


def _outbox() -> JobEngine:
    for each in entry_points(group=_OUTBOXES):
        return cast("JobEngine", each.load())
    raise LookupError("`outbox=true` keeps jobs in the database: install ftf-orm.")


async def _opened(*, broker: BrokerUrl, driver: Any) -> AsyncIterator[JobTransport]:  # noqa: ANN401  # a module
    transport = TaskiqTransport(partial(driver.broker, broker))
    try:
        yield transport
    finally:
        await transport.close()
