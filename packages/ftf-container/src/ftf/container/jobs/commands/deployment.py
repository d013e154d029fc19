"""What is wrong with the jobs of a deployment."""

from typing import Final

from ...cli import Deployment
from ..backends._backend import JobBackend
from ..backends._memory import MemoryJobs

_REMEDY: Final = (
    "Jobs are kept in memory, and lost when their process ends: pass a URL to JobsProvider, such "
    "as JobsProvider('database:')."
)


async def faults(deployment: Deployment) -> list[str]:
    """Return what is wrong with what keeps the jobs."""
    container = deployment.application.container
    if JobBackend not in container:
        return []
    if not isinstance(await container.aresolve(JobBackend), MemoryJobs):
        return []
    return [_REMEDY]
