"""`ftf jobs failed`."""

from typing import Annotated

from ftf.container import Container
from ftf.container.cli import Console, Option

from ._failed import failed_jobs


async def failed(
    *,
    name: Annotated[str, Option(help="Only the jobs of this name.")] = "",
    limit: Annotated[int, Option(help="How many jobs are shown.", min=1)] = 20,
    container: Container,
    console: Console,
) -> None:
    """Show the jobs that have failed, the last first."""
    async with failed_jobs(container) as jobs:
        found = await jobs.list(name=name, limit=limit)
    rows = [
        {
            "id": each.envelope.id,
            "failed_at": f"{each.failed_at:%Y-%m-%d %H:%M:%S} UTC",
            "name": each.envelope.name,
            "error": each.error,
        }
        for each in found
    ]
    console.document(failed=rows)
    console.table([row["failed_at"], row["id"], row["name"], row["error"]] for row in rows)
    if not rows:
        console.line("No job has failed.")
