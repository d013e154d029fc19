"""`Runner`: makes one attempt at a job, and decides what becomes of it."""

import logging
from asyncio import Task, all_tasks, create_task, wait
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from types import MethodType
from typing import Final

from .._container import Container
from ..scopes._settled import settled
from ._decision import decide
from ._envelope import Envelope
from ._job import Job, JobOptions
from ._outcome import Discarded, Failed, Outcome, Released, Retried
from ._registry import JobRegistry, Registered
from ._run import JobRun, current_run
from .exceptions import JobCancelled, JobTimeout, UnknownJob, UnreadableJob

CLEANUP_SECONDS: Final = 5.0
_UNKNOWN_FOR: Final = timedelta(days=1)
_LOOK_AGAIN: Final = 60.0
_logger = logging.getLogger("ftf.container.jobs")


class Runner:
    """Runs jobs, each attempt in a task, a context and a scope of its own.

    Args:
        container: What opens the scopes.
        registry: The classes of the jobs.
        cleanup_seconds: Seconds that an attempt may take to end after it was cancelled.
    """

    def __init__(
        self,
        container: Container,
        registry: JobRegistry,
        cleanup_seconds: float = CLEANUP_SECONDS,
    ) -> None:
        self._container = container
        self._registry = registry
        self._cleanup_seconds = cleanup_seconds
        self._attempts: set[Task[None]] = set()
        self._releasing = False

    def release(self) -> None:
        """Cancel the attempts that run now; their jobs are released and not failed."""
        self._releasing = True
        for attempt in self._attempts:
            attempt.cancel()

    async def run(self, envelope: Envelope) -> Outcome:
        """Make an attempt at a job. Return what becomes of it."""
        registered = self._registry.find(envelope.name)
        if registered is None:
            if datetime.now(UTC) - envelope.enqueued_at < _UNKNOWN_FOR:
                return Released(_LOOK_AGAIN)  # another release of the application may know it
            return _logged(envelope, Failed(UnknownJob(envelope.name)))
        try:
            job = registered.read(envelope.payload)
        except UnreadableJob as unreadable:
            return _logged(envelope, Failed(unreadable))
        run = _run_of(envelope)
        error = await self._attempt(registered, job, run)
        if self._releasing and isinstance(error, JobCancelled):
            return Released()
        outcome = _logged(envelope, decide(registered.job.options, run.attempt, error))
        if isinstance(outcome, Failed):
            await self._tell_job(registered, job, run, outcome.error)
        return outcome

    async def _attempt(self, registered: Registered, job: Job, run: JobRun) -> Exception | None:
        """Return what an attempt raised, once it has ended."""
        handle = MethodType(registered.handle, job)
        attempt = create_task(self._call(run, handle), context=_context(run), name=run.name)
        self._attempts.add(attempt)
        try:
            return await self._ended(attempt, run, registered.job.options)
        finally:
            self._attempts.discard(attempt)
            await self._end_children(run)

    async def _ended(
        self, attempt: Task[None], run: JobRun, options: JobOptions
    ) -> Exception | None:
        try:
            await wait([attempt], timeout=options.timeout)
        finally:  # also if this task is cancelled
            late = not attempt.done()
            if late:
                attempt.cancel()
                await wait([attempt], timeout=self._cleanup_seconds)
        if not attempt.done():
            _logger.error("%s %s does not end, and is left alone", run.name, run.id)
        if not attempt.done() or (late and attempt.cancelled()):
            return JobTimeout(run.name, options.timeout or 0)
        if attempt.cancelled():
            return JobCancelled(run.name)
        error = attempt.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        return error

    async def _call(
        self, run: JobRun, function: Callable[..., Awaitable[object]], **given: object
    ) -> None:
        async with self._container.scoped_context({JobRun: run}) as scope:
            await settled(scope, scope.acall(function, **given))

    async def _tell_job(
        self, registered: Registered, job: Job, run: JobRun, error: Exception
    ) -> None:
        """Call the method `failed` of a job, if it has one; what it raises is logged."""
        if registered.failed is not None:
            failed = MethodType(registered.failed, job)
            try:
                await create_task(self._call(run, failed, error=error), context=_context(run))
            except Exception:
                _logger.exception("`failed` of %s %s failed", run.name, run.id)

    async def _end_children(self, run: JobRun) -> None:
        """Cancel the tasks that an attempt has started and left running."""
        children = [each for each in all_tasks() if each.get_context().get(current_run) is run]
        for child in children:
            name = getattr(child.get_coro(), "__qualname__", child.get_name())
            _logger.warning("%s %s left %s running: it is cancelled", run.name, run.id, name)
            child.cancel()
        if children:
            await wait(children, timeout=self._cleanup_seconds)


def _run_of(envelope: Envelope) -> JobRun:
    return JobRun(
        envelope.id,
        envelope.name,
        envelope.queue,
        envelope.attempt + 1,
        envelope.enqueued_at,
        envelope.headers,
    )


def _context(run: JobRun) -> Context:
    context = Context()
    context.run(current_run.set, run)
    return context


def _logged(envelope: Envelope, outcome: Outcome) -> Outcome:
    label = f"{envelope.name} {envelope.id}, attempt {envelope.attempt + 1}"
    match outcome:
        case Failed(error):
            _logger.error("%s failed for good", label, exc_info=error)
        case Retried(after, error):
            _logger.warning("%s failed, again in %.1f s", label, after, exc_info=error)
        case Discarded(reason):
            _logger.info("%s is discarded: %s", label, reason)
    return outcome
