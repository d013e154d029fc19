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
    is_in_memory = JobBackend in container and isinstance(
        await container.aresolve(JobBackend), MemoryJobs
    )
    return [_REMEDY] if is_in_memory else []
