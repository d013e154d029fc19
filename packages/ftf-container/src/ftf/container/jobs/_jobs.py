"""`Jobs`: enqueues jobs in the transaction of a scope."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import cast

from .._correlation import Correlation, with_trace
from ..scopes._scope import Scope, still_open
from ..scopes._unit_of_work import OpenTransaction
from ._job import Job
from ._registry import JobRegistry
from ._requirements import require
from ._run import current_run
from .backends._backend import JobBackend
from .backends._batch_backend import BatchBackend
from .exceptions import BatchEnded
from .following._batch import Batch
from .following._chain import Chain
from .stored._envelope import Envelope, new_id

type _Wait = timedelta | datetime | None


class Jobs:
    """Enqueues jobs. A scope has one.

    A job never starts before the transaction around its enqueue has committed, and never if that
    was rolled back: it waits for the transaction of the scope that is open, else for its units of
    work, else for nothing.

    Args:
        scope: The scope.
        backend: What keeps the jobs.
        registry: The classes of jobs.
    """

    __slots__ = ("_backend", "_registry", "_scope")

    def __init__(self, scope: Scope, backend: JobBackend, registry: JobRegistry) -> None:
        self._scope = scope
        self._backend = backend
        self._registry = registry

    async def enqueue(
        self,
        job: Job,
        *,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        unique: str = "",
        queue: str = "",
        after: OpenTransaction | None = None,
    ) -> str:
        """Enqueue a job, which a worker runs later.

        Args:
            job: The job.
            delay: How long it waits at least.
            at: When it may run at the earliest, with a time zone; one in the past means now.
            unique: A text that no other job has which waits or runs; if one has it, this job is
                left out.
            queue: The queue that it waits in, if not that of its class.
            after: The transaction to wait for, if the scope has several open ones or it belongs to
                no scope.

        Returns:
            The id of the job, or of the one that has `unique`.

        Raises:
            InvalidRegistrationError: Its class is not registered.
            ScopeClosedError: The scope has ended.
            UnwritableJob: A field cannot be written as JSON.
            MissingCapability: The backend cannot delay jobs, or does not know `unique`.
            TypeError: `delay` is not a timedelta.
            ValueError: `at` has no time zone, `delay` ends after the last year that there is, or
                there is both `at` and `delay`.
        """
        wait, headers = self._wait(delay, at), await self._headers(job)
        if unique:
            require(self._backend, "unique", "unique")
        envelope = self._envelope(job, wait, unique, queue, headers)
        (id_,) = await self._backend.enqueue([envelope], self._scope, after)
        return id_

    async def enqueue_many(
        self,
        jobs: Iterable[Job],
        *,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        queue: str = "",
        after: OpenTransaction | None = None,
    ) -> list[str]:
        """Enqueue many jobs; see `enqueue`.

        Returns:
            Their ids, in the same order.
        """
        wait, jobs = self._wait(delay, at), list(jobs)
        headers = await self._headers(*jobs)
        envelopes = [self._envelope(job, wait, "", queue, headers) for job in jobs]
        return list(await self._backend.enqueue(envelopes, self._scope, after))

    async def chain(
        self,
        *jobs: Job,
        catch: Job | None = None,
        delay: timedelta = timedelta(0),
        at: datetime | None = None,
        after: OpenTransaction | None = None,
    ) -> str:
        """Enqueue a job that others follow: each exists once the one before it is done.

        If one fails or is discarded, those after it never exist.

        Args:
            jobs: The jobs, in their order; each waits in the queue of its class.
            catch: The job that is enqueued when one of the others has failed.
            delay: How long the first one waits at least.
            at: When the first one may run at the earliest.
            after: The transaction to wait for; see `enqueue`.

        Returns:
            The id of the first job.

        Raises:
            MissingCapability: The backend keeps no jobs that follow others.
            TypeError: There is no job.
            Exception: What `enqueue` raises.
        """
        if not jobs:
            raise TypeError("chain() was called without a job")
        require(self._backend, "chains", "chain()")
        first, *following = jobs
        chain = Chain.of(self._registry, following, catch)
        wait, headers = self._wait(delay, at), await self._headers(first)
        envelope = self._envelope(first, wait, "", "", headers)
        envelope = replace(envelope, chain=chain.write())
        (id_,) = await self._backend.enqueue([envelope], self._scope, after)
        return id_

    async def batch(
        self,
        jobs: Iterable[Job],
        *,
        then: Job | None = None,
        catch: Job | None = None,
        always: Job | None = None,
        allow_failures: bool = False,
        after: OpenTransaction | None = None,
    ) -> str:
        """Enqueue jobs that run beside each other, and those that follow the end of them all.

        A member ends when it is done, discarded, or has failed for good. One that fails does not
        stop the others.

        Args:
            jobs: The members; without one, `then` and `always` are enqueued at once.
            then: The job that is enqueued when all members have ended and none has failed.
            catch: The job that is enqueued when the first member fails.
            always: The job that is enqueued when all members have ended.
            allow_failures: Whether `then` is enqueued although members have failed.
            after: The transaction to wait for; see `enqueue`.

        Returns:
            The id of the batch.

        Raises:
            MissingCapability: The backend keeps no batches.
            Exception: What `enqueue` raises.
        """
        backend, members, id_ = self._batches("batch()"), list(jobs), new_id()
        headers = await self._headers(*members)
        links = self._registry, then, catch, always
        batch = Batch.of(*links, allow_failures=allow_failures, headers=headers)
        if members:
            envelopes = self._members(id_, members, headers)
            await backend.enqueue_batch(id_, batch, envelopes, self._scope, after)
        else:
            following = batch.after(None, unfinished=0, failures=0)
            await self._backend.enqueue(following, self._scope, after)
        return id_

    async def add_to_batch(self, jobs: Iterable[Job]) -> None:
        """Enqueue further members of the batch whose member runs: call it in its handler.

        Args:
            jobs: The jobs.

        Raises:
            BatchEnded: The job that runs is in no batch, no job runs, or the batch has ended since.
            Exception: What `enqueue` raises.
        """
        backend, members, run = self._batches("add_to_batch()"), list(jobs), current_run.get()
        if run is None or not run.batch:
            raise BatchEnded
        envelopes = self._members(run.batch, members, await self._headers(*members))
        await backend.add_to_batch(run.batch, envelopes, self._scope)

    def _batches(self, caller: str) -> BatchBackend:
        require(self._backend, "batches", caller)
        return cast("BatchBackend", self._backend)

    def _members(self, batch: str, jobs: Iterable[Job], headers: Correlation) -> list[Envelope]:
        envelopes = [self._envelope(each, None, "", "", headers) for each in jobs]
        return [replace(each, batch=batch) for each in envelopes]

    def _wait(self, delay: timedelta, at: datetime | None) -> _Wait:
        wait = _wait(delay, at)
        if wait is not None:
            require(self._backend, "delay", "delay" if at is None else "at")
        return wait

    async def _headers(self, *jobs: Job) -> Correlation:
        """Return the headers of the scope, which is open if there are jobs."""
        scope = still_open(self._scope, type(jobs[0]) if jobs else Jobs)
        return with_trace(await scope.aresolve(Correlation))

    def _envelope(
        self, job: Job, wait: _Wait, unique: str, queue: str, headers: Correlation
    ) -> Envelope:
        payload = self._registry.write(job)
        name, queue = job.options.name, queue or job.options.queue
        now = datetime.now(UTC)
        due = _end_of(wait, now) if isinstance(wait, timedelta) else wait
        return Envelope(new_id(), name, payload, queue, now, due, unique, headers=headers)


def _wait(delay: timedelta, at: datetime | None) -> _Wait:
    if not isinstance(cast("object", delay), timedelta):
        raise TypeError(f"delay={delay!r} is not a timedelta")
    if at is None:
        return delay or None
    if delay:
        raise ValueError("both `at` and `delay` are given: pass one of them")
    if at.tzinfo is None:
        raise ValueError(f"at={at!r} has no time zone: pass an aware datetime")
    return at


def _end_of(delay: timedelta, now: datetime) -> datetime:
    try:
        return now + delay
    except OverflowError:
        raise ValueError(f"delay={delay!r} does not end before the year 10000") from None
