"""`ftf jobs forget`."""

from typing import Annotated

from ftf.container import Container
from ftf.container.cli import Argument, Console

from ._failed import failed_jobs


async def forget(
    ids: Annotated[tuple[str, ...], Argument(help="The ids of jobs that have failed.")],
    *,
    container: Container,
    console: Console,
) -> None:
    """Delete failed jobs."""
    async with failed_jobs(container) as jobs:
        for each in ids:
            await jobs.forget(each)
    console.document(forgotten=len(ids))
    console.line(f"deleted: {len(ids)}")
