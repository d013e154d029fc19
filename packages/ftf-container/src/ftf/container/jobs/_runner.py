"""`Runner`: makes one attempt at a job, and decides what becomes of it."""

import logging
from asyncio import (
    FIRST_COMPLETED,
    CancelledError,
    Future,
    Task,
    all_tasks,
    create_task,
    get_running_loop,
    wait,
)
from collections.abc import Awaitable, Callable
from contextvars import Context, ContextVar
from datetime import UTC, datetime, timedelta
from functools import partial
from time import monotonic
from types import MethodType
from typing import Final
from weakref import ref

from .._container import Container
from .._correlation import Correlation, continue_trace
from .._span import span
from ..scopes._settled import settled
from ._decision import decide
from ._job import Job, JobOptions
from ._outcome import Discarded, Done, Failed, Outcome, Released, Retried, Retry
from ._registry import JobRegistry, Registered
from ._run import JobRun, current_run
from .exceptions import JobAborted, JobCancelled, JobTimeout, UnknownJob, UnreadableJob, WorkerLost
from .following._chain import followed
from .stored._envelope import Envelope

CLEANUP_SECONDS: Final = 5.0
_UNKNOWN_FOR: Final = timedelta(days=1)
_LOOK_AGAIN: Final = 60.0
_MOST_CRASHES: Final = 3
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
        self._released: Future[None] | None = None  # made in the loop that the jobs run in
        self._is_released = False

    def release(self) -> None:
        """Cancel the attempts that run now; their jobs are released and not failed."""
        self._is_released = True
        if self._released and not self._released.done():
            self._released.set_result(None)

    async def run(self, envelope: Envelope) -> Outcome:
        """Make an attempt at a job. Return what becomes of it, and the jobs that follow it."""
        return followed(envelope, await self._run(envelope))

    async def _run(self, envelope: Envelope) -> Outcome:
        registered = self._registry.find(envelope.name)
        if registered is None:
            if datetime.now(UTC) - envelope.enqueued_at < _UNKNOWN_FOR:
                return Released(_LOOK_AGAIN)  # another release of the application may know it
            return _logged(envelope, Failed(UnknownJob(envelope.name)))
        try:
            job = registered.read(envelope.payload)
        except UnreadableJob as unreadable:
            return _logged(envelope, Failed(unreadable))
        run, options, begun = _run_of(envelope), registered.job.options, monotonic()
        if envelope.crashes >= _MOST_CRASHES:
            outcome: Outcome = Failed(WorkerLost(run.name, envelope.crashes))
        else:
            error = await self._attempt(MethodType(registered.handle, job), run, options)
            if self._is_released and isinstance(error, JobCancelled):
                return _logged(envelope, Released())
            outcome = decide(options, run.attempt, error)
        outcome = _logged(envelope, outcome, monotonic() - begun)
        if isinstance(outcome, Failed):
            await self._tell_job(registered, job, run, outcome.error)
        return outcome

    async def _attempt(
        self,
        method: Callable[..., Awaitable[object]],
        run: JobRun,
        options: JobOptions,
        **given: object,
    ) -> Exception | None:
        """Return what a method of a job raised, once it has ended."""
        mark = _Mark()
        context, kept = _context(run, mark), ref(mark)
        attempt = create_task(self._call(run, method, **given), context=context, name=run.name)
        try:
            return await self._ended(attempt, run, options)
        finally:
            # A task that the attempt has started has a copy of its context, and with it the mark.
            # Where there is none, the tasks of the process need not be looked at.
            context.run(_mark_of.set, None)
            del mark
            if kept() is not None:
                await self._end_children(run, attempt)

    async def _ended(
        self, attempt: Task[None], run: JobRun, options: JobOptions
    ) -> Exception | None:
        if self._released is None:
            self._released = get_running_loop().create_future()
        try:
            if not self._is_released:
                await wait(
                    [attempt, self._released], timeout=options.timeout, return_when=FIRST_COMPLETED
                )
        finally:  # also if this task is cancelled
            late = not attempt.done()
            if late:
                attempt.cancel()
                await wait([attempt], timeout=self._cleanup_seconds)
        if not attempt.done():
            _logger.error("%s %s does not end, and is left alone", run.name, run.id)
        if not attempt.done() or attempt.cancelled():
            is_timeout = late and not self._is_released
            return (
                JobTimeout(run.name, options.timeout or 0) if is_timeout else JobCancelled(run.name)
            )
        error = attempt.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        return error

    async def _call(
        self, run: JobRun, function: Callable[..., Awaitable[object]], **given: object
    ) -> None:
        values: dict[object, object] = {JobRun: run, Correlation: Correlation(run.headers)}
        about = {"job": run.name, "job_id": run.id, "attempt": run.attempt}
        try:
            with span("ftf.job", **about):
                async with self._container.scoped_context(values) as scope:
                    await settled(scope, scope.acall(function, **given))
        except (Exception, CancelledError, GeneratorExit, KeyboardInterrupt):
            raise
        # It would end the worker, and so would the next run of the job, again and again.
        except BaseException as error:
            raise JobAborted(run.name, error) from error

    async def _tell_job(
        self, registered: Registered, job: Job, run: JobRun, error: Exception
    ) -> None:
        """Call the method `failed` of a job, if it has one; what it raises is logged."""
        if registered.failed is not None:
            failed, options = MethodType(registered.failed, job), registered.job.options
            if problem := await self._attempt(failed, run, options, error=error):
                _logger.error("`failed` of %s %s failed", run.name, run.id, exc_info=problem)

    async def _end_children(self, run: JobRun, attempt: Task[None]) -> None:
        """Cancel the tasks that an attempt has started and left running."""
        tasks = all_tasks() - {attempt}
        children = [each for each in tasks if each.get_context().get(current_run) is run]
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
        envelope.batch,
    )


class _Mark:
    """Lives as long as a copy of the context of an attempt does."""


_mark_of: ContextVar[_Mark | None] = ContextVar("ftf.container.jobs.mark")


def _context(run: JobRun, mark: _Mark) -> Context:
    context = Context()
    context.run(_mark_of.set, mark)
    context.run(current_run.set, run)
    context.run(Correlation.of_records.set, partial(_log_fields, run))
    continue_trace(run.headers, context)
    return context


def _log_fields(run: JobRun | Envelope) -> dict[str, object]:
    return {**Correlation(run.headers).log_fields, "job": run.name, "job_id": run.id}


def _logged(envelope: Envelope, outcome: Outcome, seconds: float = 0) -> Outcome:
    if isinstance(outcome, Done) and not _logger.isEnabledFor(logging.INFO):
        return outcome
    number, origin = envelope.attempt + 1, Correlation(envelope.headers)
    label, extra = f"{envelope.name} {envelope.id}, attempt {number}{origin}", _log_fields(envelope)
    match outcome:
        case Done():
            _logger.info("%s is done in %.3f s", label, seconds, extra=extra)
        case Failed(error):
            _logger.error("%s failed for good", label, exc_info=error, extra=extra)
        case Retried(after, error):
            again = "%s failed, again in %.1f s"
            # Where a handler has asked for another attempt, only what made it ask is a problem.
            problem = error.__cause__ or error.__context__ if isinstance(error, Retry) else error
            _logger.warning(again, label, after, exc_info=problem, extra=extra)
        case Discarded(reason):
            _logger.info("%s is discarded: %s", label, reason, extra=extra)
        case _:
            _logger.info("%s is cancelled, and waits in its queue again", label, extra=extra)
    return outcome
