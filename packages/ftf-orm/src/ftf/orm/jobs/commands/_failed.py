"""The failed jobs of the application that the project names."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from ftf.container import Container
from ftf.container.cli import Exit

from .._failed_jobs import FailedJobs
from ..exceptions import JobExists, JobTablesMissing, NoSuchFailedJob


@asynccontextmanager
async def failed_jobs(container: Container) -> AsyncIterator[FailedJobs]:
    """Return the failed jobs; what they refuse ends the command.

    Raises:
        Exit: The application keeps no jobs in a database, or what the body asks for cannot be.
    """
    if FailedJobs not in container:
        raise Exit('The application keeps no jobs in a database: see `JobsProvider("database:")`.')
    async with container.scoped_context() as scope:
        try:
            yield await scope.aresolve(FailedJobs)
        except (JobExists, JobTablesMissing, NoSuchFailedJob) as error:
            raise Exit(f"{error}.".replace("..", ".")) from error
