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
        self._batches: dict[str, list[Job]] = {}

    def catches(self, job: "Job") -> bool:
        """Return whether a job is caught."""
        return self._caught.catches(job)

    def add(self, chain: "Sequence[Job]", envelope: "Envelope", line: str) -> None:
        """Add a job that was caught, with those that follow it."""
        job, *following = chain
        self._chains[id(job)] = chain
        self._envelopes[id(job)] = envelope
        then = f", followed by {', '.join(map(str, following))}" if following else ""
        member = self._add_member(job, envelope.batch) if envelope.batch else ""
        self._caught.add(Catch(job, line, f" in the queue {envelope.queue!r}{then}{member}"))

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

        def is_meant(first: object) -> bool:
            chain = self._chains[id(first)]
            return _are(chain, jobs)

        self._caught.expect(object, is_meant, None, f"a chain of {_names(jobs)}")

    def assert_batch(self, *jobs: "Job | type[Job] | int") -> None:
        """Fail the test unless jobs were enqueued as one batch; see `Jobs.batch`.

        Args:
            jobs: The members, or their classes, in their order; or a number of members.
        """

        def is_meant(first: object) -> bool:
            members = next((each for each in self._batches.values() if each[0] is first), [])
            return bool(members) and (jobs == (len(members),) or _are(members, jobs))

        self._caught.expect(object, is_meant, None, f"a batch of {_names(jobs)}")

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

    def _add_member(self, job: "Job", batch: str) -> str:
        """Note a member of a batch. Return what is known of it, for the text of failures."""
        self._batches.setdefault(batch, []).append(job)
        return f", in batch {[*self._batches].index(batch) + 1}"

    def _delay(self, job: "Job") -> timedelta:
        envelope = self._envelopes[id(job)]
        return (envelope.due or envelope.enqueued_at) - envelope.enqueued_at


def _names(jobs: "Sequence[Job | type[Job] | int]") -> str:
    return ", ".join(each.__name__ if isinstance(each, type) else str(each) for each in jobs)


def _are(found: "Sequence[Job]", wanted: "Sequence[Job | type[Job] | int]") -> bool:
    return len(found) == len(wanted) and all(map(_is, found, wanted))


def _is(found: "Job", wanted: "Job | type[Job] | int") -> bool:
    return type(found) is wanted if isinstance(wanted, type) else found == wanted
