"""What becomes of a job after an attempt."""

from collections.abc import Iterator
from typing import cast

from ._job import JobOptions
from ._outcome import Discard, Discarded, Done, Fail, Failed, Outcome, Retried, Retry, is_duration


def decide(options: JobOptions, attempt: int, error: Exception | None) -> Outcome:
    """Return what becomes of a job.

    Args:
        options: The options of its class.
        attempt: The number of the attempt, 1 for the first.
        error: What the attempt raised.
    """
    if error is None:
        return Done()
    signal = _signal(error)
    if isinstance(signal, Discard):
        return Discarded(signal.reason)
    if not _may_run_again(options, signal) or attempt >= options.attempts:
        return Failed(error)
    if isinstance(signal, Retry) and signal.after is not None:
        return Retried(signal.after, error)
    return _after_backoff(options, attempt, error)


def _after_backoff(options: JobOptions, attempt: int, error: Exception) -> Outcome:
    try:
        seconds: object = options.backoff.seconds_after(attempt)
    except Exception as broken:  # noqa: BLE001  # the worker goes on with the other jobs
        return Failed(broken)
    if not is_duration(seconds):
        return Failed(ValueError(f"{options.backoff!r} returned {seconds!r}, which is not seconds"))
    return Retried(cast("float", seconds), error)


def _may_run_again(options: JobOptions, error: Exception) -> bool:
    """Return whether an error, or each one of a group, is one after which a job runs again."""
    leaves = list(_leaves(error)) if isinstance(error, ExceptionGroup) else [error]
    if any(isinstance(each, Fail) for each in leaves):
        return False
    again: tuple[type[Exception], ...] = (Retry, *options.retry_on)
    return isinstance(error, again) or all(isinstance(each, again) for each in leaves)


def _signal(error: Exception) -> Exception:
    """Return an error, or the one that the errors of a group amount to."""
    if not isinstance(error, ExceptionGroup):
        return error
    leaves = list(_leaves(error))
    retries = [each for each in leaves if isinstance(each, Retry)]
    if len(retries) == len(leaves):
        return max(retries, key=lambda each: each.after or 0)
    return leaves[0] if len(leaves) == 1 else error


def _leaves(group: ExceptionGroup) -> Iterator[Exception]:
    for error in group.exceptions:
        if isinstance(error, ExceptionGroup):
            yield from _leaves(error)
        else:
            yield error
