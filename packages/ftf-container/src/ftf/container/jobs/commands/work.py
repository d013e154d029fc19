"""`ftf jobs work`."""

from typing import Annotated

from ...cli import Application, Exit, Option
from ..worker._command import work as run_worker
from ..worker._worker import STOP_SECONDS, Worker


async def work(
    *,
    queue: Annotated[str, Option(help="Run the jobs of these queues, as mail,default.")] = "",
    concurrency: Annotated[int, Option(help="How many jobs run at a time.", min=1)] = 10,
    grace: Annotated[
        float, Option(help="Seconds that running jobs may take to end when it stops.", min=0)
    ] = STOP_SECONDS,
    application: Application,
) -> None:
    """Run the jobs of the application until SIGTERM or SIGINT."""
    if Worker not in application.container:
        raise Exit(f"{application} has no jobs: add `ftf.container.jobs.JobsProvider`.")
    queues = [name for name in queue.split(",") if name]
    await run_worker(application.container, queues, concurrency, grace)
