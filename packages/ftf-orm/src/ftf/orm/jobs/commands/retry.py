"""`ftf jobs retry`."""

from typing import Annotated

from ftf.container import Container
from ftf.container.cli import Argument, Console, Exit, Option

from ._failed import failed_jobs


async def retry(
    ids: Annotated[tuple[str, ...], Argument(help="The ids of jobs that have failed.")] = (),
    *,
    all: Annotated[bool, Option(help="Every job, or every one of a name.")] = False,  # noqa: A002  # the option
    name: Annotated[str, Option(help="With --all: the jobs of this name.")] = "",
    container: Container,
    console: Console,
) -> None:
    """Enqueue failed jobs again, with all of their attempts."""
    if bool(ids) is all or (name and not all):
        raise Exit("Write the ids of jobs, as `ftf jobs failed` shows them, or --all.")
    async with failed_jobs(container) as jobs:
        for each in ids:
            await jobs.retry(each)
        retried = await jobs.retry_all(name=name) if all else len(ids)
    console.document(retried=retried)
    console.line(f"enqueued again: {retried}")
