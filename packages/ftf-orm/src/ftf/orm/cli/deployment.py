"""What is wrong with the database of a deployment."""

from collections.abc import Awaitable

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container.cli import Deployment

from ..jobs._database_jobs import DatabaseJobs
from ..jobs._transactions import refuse_missing_tables
from ..jobs.exceptions import JobTablesMissing
from ..jobs.outbox._outbox_jobs import OutboxJobs
from ._alembic import Migrations


def faults(deployment: Deployment) -> Awaitable[list[str]]:
    """Return what is wrong with the database; migrations are looked at when this is called."""
    project, pending = deployment.project, 0
    if project is not None and project.alembic.is_file():
        # env.py may start an event loop of its own.
        pending = len(Migrations(project).state(create=False).pending)
    return _faults(deployment, pending)


async def _faults(deployment: Deployment, pending: int) -> list[str]:
    found = [f"{pending} migrations are pending: `ftf db upgrade`."] if pending else []
    container = deployment.application.container
    if AsyncEngine in container:
        url = (await container.aresolve(AsyncEngine)).url
        if url.get_backend_name() == "sqlite" and (url.database or ":memory:") == ":memory:":
            found.append(
                "The database is in the memory of the process, and lost when it ends: name a file "
                "or a server in the URL of DatabaseProvider."
            )
    return found


async def jobs(deployment: Deployment) -> list[str]:
    """Return what is wrong with the tables of jobs."""
    from ftf.container.jobs import JobBackend  # noqa: PLC0415  # only where jobs are in use

    container = deployment.application.container
    if JobBackend not in container:
        return []
    if not isinstance(await container.aresolve(JobBackend), DatabaseJobs | OutboxJobs):
        return []
    try:
        await refuse_missing_tables(await container.aresolve(AsyncEngine))
    except JobTablesMissing as error:
        return [str(error)]
    except (OSError, SQLAlchemyError) as error:
        return [f"The tables of jobs cannot be looked for: {getattr(error, 'orig', error)}"]
    return []
