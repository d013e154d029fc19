"""What becomes of a job after an attempt."""

from collections.abc import Iterator

from ._job import JobOptions
from ._outcome import Discard, Discarded, Done, Fail, Failed, Outcome, Retried, Retry


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
    again = isinstance(signal, (Retry, *options.retry_on)) and not isinstance(signal, Fail)
    if not again or attempt >= options.attempts:
        return Failed(error)
    after = signal.after if isinstance(signal, Retry) else None
    return Retried(options.backoff.seconds_after(attempt) if after is None else after, error)


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
