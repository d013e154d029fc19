"""What jobs and schedules need of their backend."""

from collections.abc import Iterator

from .._dependency_path import name_of
from ._registry import JobRegistry
from .backends._backend import JobBackend
from .exceptions import MissingCapability
from .schedules._schedule import Schedule


def check(backend: JobBackend, registry: JobRegistry, schedule: Schedule) -> None:
    """Check that a backend has what jobs and schedules need, and can keep the scheduled jobs.

    Raises:
        InvalidRegistrationError: A scheduled job is not registered.
        MissingCapability: The backend lacks something.
        UnwritableJob: A field of a scheduled job cannot be written as JSON.
    """
    for scheduled in schedule.all:
        registry.write(scheduled.job)
    has = backend.capabilities
    missing = [
        f"{what} needs `{capability}`{why}"
        for what, capability, why in (*_of_jobs(registry), *_of_schedule(schedule))
        if not getattr(has, capability)
    ]
    if missing:
        raise MissingCapability(name_of(type(backend)), missing)


def require(backend: JobBackend, capability: str, argument: str) -> None:
    """Check that a backend has what an argument of `Jobs.enqueue` needs.

    Raises:
        MissingCapability: It lacks it.
    """
    if not getattr(backend.capabilities, capability):
        raise MissingCapability(name_of(type(backend)), [f"{argument} needs `{capability}`"])


def _of_jobs(registry: JobRegistry) -> Iterator[tuple[str, str, str]]:
    for job in registry.all:
        if (attempts := job.options.attempts) > 1:
            yield f"job {job.options.name}", "delay", f" to wait between its {attempts} attempts"


def _of_schedule(schedule: Schedule) -> Iterator[tuple[str, str, str]]:
    for each in schedule.all:
        yield f"schedule {each.name}", "schedules", ""
        if not each.overlap:
            yield f"schedule {each.name}", "unique", " because of `overlap=False`"
