"""The worker of jobs that an application starts with itself, which waits in a test."""

import sys
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from ftf.container import Container

IDLE: Final = object()


def idle_worker(container: "Container") -> dict[object, object]:
    """Return what to override, so that an application runs no jobs of a database by itself.

    They would run in the transaction of the test, between the statements of the test.
    """
    jobs: Any = sys.modules.get("ftf.container.jobs")  # where it was not imported, there are none
    if jobs is None or not container.is_registered(jobs.JobsUrl):
        return {}
    is_memory = container.resolve(jobs.JobsUrl).scheme == "memory"
    return {} if is_memory else {jobs.Worker: IDLE}
