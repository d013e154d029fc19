"""`python -m ftf.container.jobs`: a worker in a process of its own."""

import asyncio
import logging
import signal
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from ..._container import Container
from .._registry import JobRegistry
from ..backends._backend import JobBackend
from ..schedules._scheduler import Scheduler
from ._application import NoApplicationError, container_of
from ._worker import STOP_SECONDS, Worker

_SIGNALS: Final = (signal.SIGTERM, signal.SIGINT)
_logger: Final = logging.getLogger("ftf.container.jobs")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the jobs of an application until the process gets SIGTERM or SIGINT.

    Args:
        arguments: The command line, without the program; that of the process by default.

    Returns:
        0, as the status of the process.
    """
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        container = container_of(options.application)
    except NoApplicationError as error:
        parser.error(str(error))
    queues = [name for each in options.queue for name in each.split(",")]
    asyncio.run(work(container, queues, options.concurrency, options.grace))
    return 0


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        "python -m ftf.container.jobs", description="Run the jobs of an application."
    )
    add = parser.add_argument
    add("application", help="module:attribute of an application or a container")
    add(
        "--queue",
        action="append",
        default=[],
        metavar="NAME[,NAME]",
        help="run the jobs of this queue; all queues by default",
    )
    add("--concurrency", type=_positive, default=10, help="how many jobs run at a time (10)")
    add(
        "--grace",
        type=_seconds,
        default=STOP_SECONDS,
        metavar="SECONDS",
        help="how long running jobs may take to end after SIGTERM (25)",
    )
    return parser


def _positive(text: str) -> int:
    if (number := int(text)) < 1:
        raise ValueError
    return number


def _seconds(text: str) -> float:
    if not 0 <= (seconds := float(text)) < float("inf"):
        raise ValueError
    return seconds


async def work(container: Container, queues: Sequence[str], concurrency: int, grace: float) -> None:
    """Boot a container and run its jobs until the process gets a signal; then close it.

    Args:
        container: The container, whose own worker does not start.
        queues: The queues whose jobs are run; all if there are none.
        concurrency: How many jobs run at a time.
        grace: Seconds that running jobs may take to end after the signal; a second signal ends
            the wait.
    """

    def make(backend: JobBackend, registry: JobRegistry, scheduler: Scheduler) -> Worker:
        return Worker(
            container,
            backend,
            registry,
            queues=queues,
            concurrency=concurrency,
            stop_seconds=grace,
            scheduler=scheduler,
        )

    # Does nothing if the application has set up logging.
    logging.basicConfig(
        level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    async with container:
        container.validate()
        with container.override(Worker, make):
            await container.boot()
            worker, backend = await container.aresolve(Worker), await container.aresolve(JobBackend)
            if not backend.capabilities.durable:
                _logger.warning("jobs are kept in memory: only those of this process are run here")
            _on_signal(partial(_stop, worker, grace))
            names = ", ".join(queues) or "all queues"
            _logger.info("running the jobs of %s, %d at a time", names, concurrency)
            await worker.run()
    _logger.info("stopped")


def _stop(worker: Worker, grace: float) -> None:
    _logger.info("stopping: no more jobs begin, and those that run have %g s to end", grace)
    worker.stop()


def _on_signal(stop: Callable[[], object]) -> None:
    loop = asyncio.get_running_loop()
    for each in _SIGNALS:
        try:
            loop.add_signal_handler(each, stop)
        except NotImplementedError:  # pragma: no cover  # on Windows
            signal.signal(each, lambda *_: loop.call_soon_threadsafe(stop))
