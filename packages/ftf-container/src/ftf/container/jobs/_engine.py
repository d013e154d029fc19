"""Engines of jobs by the URL that names them, such as `memory:`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol, Self, cast

from .._container import Container
from .backends._backend import JobBackend
from .backends._memory import MemoryJobs
from .schedules._store import MemorySchedules, ScheduleStore

MEMORY: Final = "memory"
_GROUP: Final = "ftf.jobs"
_BROUGHT_BY: Final = {"database": "ftf-orm"}


@dataclass(frozen=True, slots=True)
class JobsUrl:
    """The URL of jobs: `memory:`, `database:?worker=embedded`.

    Args:
        text: The URL as it was given; it may have a password.
        scheme: The name of the engine.
        embedded: Whether the process that enqueues jobs runs them as well.
        options: The other parameters of the query.
    """

    text: str = field(repr=False)
    scheme: str
    embedded: bool
    options: Mapping[str, str]

    @classmethod
    def of(cls, text: str) -> Self:
        """Return a URL that was given as text.

        Raises:
            ValueError: It is not the URL of jobs.
        """
        from urllib.parse import parse_qsl, urlsplit

        parts = urlsplit(text)
        if not parts.scheme:
            raise ValueError(f"{text!r} is not the URL of jobs: write `memory:` or `database:`")
        options = dict(parse_qsl(parts.query, keep_blank_values=True))
        worker = options.pop("worker", "embedded" if parts.scheme == MEMORY else "")
        if worker not in {"", "embedded"}:
            remedy = "write `worker=embedded`, or leave it out"
            raise ValueError(f"worker={worker!r} in the URL of jobs: {remedy}")
        return cls(text, parts.scheme, worker == "embedded", options)

    def refuse_unknown(self, *known: str) -> None:
        """Check that the URL has no parameter that its engine does not know.

        Args:
            known: The names of those that it knows.

        Raises:
            ValueError: It has one.
        """
        if unknown := sorted(self.options.keys() - {*known}):
            names = ", ".join(("worker", *known))
            problem = f"{unknown[0]!r} is not a parameter of `{self.scheme}:`"
            raise ValueError(f"{problem}: these are {names}")


class JobEngine(Protocol):
    """Registers what keeps the jobs of a URL: an entry point of the group `ftf.jobs`.

    Its name is the scheme of the URL.
    """

    def __call__(self, container: Container, url: JobsUrl, /) -> None:
        """Register `JobBackend` and `ScheduleStore` as singletons.

        Raises:
            ValueError: The URL has a parameter that cannot be.
        """


def engine_of(url: JobsUrl) -> JobEngine:
    """Return the engine of a URL.

    Raises:
        LookupError: It is not installed.
    """
    if url.scheme == MEMORY:
        return _memory
    from importlib.metadata import entry_points  # as slow to import as all of this package

    found = entry_points(group=_GROUP, name=url.scheme)
    if not found:
        known = sorted({MEMORY, *entry_points(group=_GROUP).names})
        package = _BROUGHT_BY.get(url.scheme)
        remedy = f"install {package}" if package else f"take one of {', '.join(known)}"
        raise LookupError(f"No engine of jobs is installed for `{url.scheme}:`: {remedy}.")
    return cast("JobEngine", next(iter(found)).load())


def _memory(container: Container, url: JobsUrl) -> None:
    url.refuse_unknown()
    container.register(JobBackend, MemoryJobs, scope="singleton")
    container.register(ScheduleStore, MemorySchedules, scope="singleton")
