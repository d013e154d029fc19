"""The jobs that a test caught instead of having them run."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Concatenate, cast

from .._caught import Catch, Caught

if TYPE_CHECKING:
    from ftf.container.events import Handles
    from ftf.container.jobs import Envelope, Job


class JobFake:
    """Catches the jobs of some classes until the test ends; they are not run.

    A job is caught when the transaction it was enqueued in is committed, and at once if there is
    none. It was written and read back before, as a job of an engine is.

    Args:
        types: The classes.
    """

    def __init__(self, types: tuple[type, ...]) -> None:
        self._caught = Caught(types, "enqueued")
        self._envelopes: dict[int, Envelope] = {}
        self._chains: dict[int, Sequence[Job]] = {}

    def catches(self, job: "Job") -> bool:
        """Return whether a job is caught."""
        return self._caught.catches(job)

    def add(self, chain: "Sequence[Job]", envelope: "Envelope", line: str) -> None:
        """Add a job that was caught, with those that follow it."""
        job, *following = chain
        self._chains[id(job)] = chain
        self._envelopes[id(job)] = envelope
        then = f", followed by {', '.join(map(str, following))}" if following else ""
        self._caught.add(Catch(job, line, f" in the queue {envelope.queue!r}{then}"))

    def enqueued[J: Job](self, job: type[J]) -> list[J]:
        """Return the caught jobs of a class, first enqueued first."""
        return self._caught.of(job)

    def assert_enqueued[J: Job](
        self,
        job: type[J],
        matches: Callable[[J], bool] | None = None,
        *,
        delay: timedelta | None = None,
        times: int | None = None,
    ) -> None:
        """Fail the test unless a job was enqueued.

        Args:
            job: The class of the job.
            matches: A function that returns whether it is the one that is meant; any by default.
            delay: How long it has to wait; any time by default.
            times: How often; at least once by default.
        """

        def is_meant(found: J) -> bool:
            delayed = delay is None or self._delay(found) == delay
            return delayed and (matches is None or matches(found))

        is_any = matches is None and delay is None
        self._caught.expect(job, None if is_any else is_meant, times)

    def assert_queued[E](
        self,
        listener: "type[Handles[E]] | Callable[Concatenate[E, ...], object]",
        matches: Callable[[E], bool] | None = None,
        *,
        times: int | None = None,
    ) -> None:
        """Fail the test unless a listener was queued for an event; see `Listeners.queue`.

        Args:
            listener: The class or function that the job would call.
            matches: A function that returns whether it is the event that is meant; any by default.
            times: How often; at least once by default.
        """
        from ftf.container.jobs import QueuedListener

        def is_meant(found: QueuedListener) -> bool:
            is_its = found.listener == listener
            return is_its and (matches is None or matches(cast("E", found.event)))

        name = getattr(listener, "__qualname__", str(listener))
        which = name if matches is None else f"{name} with a matching event"
        self._caught.expect(QueuedListener, is_meant, times, which)

    def assert_chain(self, *jobs: "Job | type[Job]") -> None:
        """Fail the test unless jobs were enqueued to follow each other; see `Jobs.chain`.

        Args:
            jobs: The jobs, or their classes, in their order.
        """
        wanted = ", ".join(each.__name__ if isinstance(each, type) else str(each) for each in jobs)

        def is_meant(first: object) -> bool:
            chain = self._chains[id(first)]
            return len(chain) == len(jobs) and all(map(_is, chain, jobs))

        self._caught.expect(object, is_meant, None, f"a chain of {wanted}")

    def assert_not_enqueued[J: Job](
        self, job: type[J], matches: Callable[[J], bool] | None = None
    ) -> None:
        """Fail the test if a job was enqueued; see `assert_enqueued`."""
        self._caught.expect_none(job, matches)

    def assert_nothing_enqueued(self, *, queue: str = "") -> None:
        """Fail the test if any job was caught, or any in a queue."""

        def is_there(job: object) -> bool:
            return not queue or self._envelopes[id(job)].queue == queue

        self._caught.expect_none(object, is_there)

    def _delay(self, job: "Job") -> timedelta:
        envelope = self._envelopes[id(job)]
        return (envelope.due or envelope.enqueued_at) - envelope.enqueued_at


def _is(found: "Job", wanted: "Job | type[Job]") -> bool:
    return type(found) is wanted if isinstance(wanted, type) else found == wanted
