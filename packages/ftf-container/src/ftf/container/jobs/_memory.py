"""`MemoryJobs`: jobs in the memory of one process."""

from asyncio import wait_for
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from heapq import heappop, heappush
from itertools import count
from typing import Final, NamedTuple

from ..scopes._event_loop import wake_up_call
from ..scopes._scope import Scope
from ..scopes._unit_of_work import OpenTransaction
from ._backend import Run, Stop
from ._outcome import Failed, Outcome, Released, Retried
from ._pull import pull
from .stored._envelope import Envelope

_KEPT: Final = 1000


class _Place(NamedTuple):
    """The place of a job in its queue: due first, then in the order of enqueuing."""

    due: datetime
    number: int
    envelope: Envelope


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that does not run again.

    Args:
        envelope: The job.
        error: What its last attempt raised.
    """

    envelope: Envelope
    error: Exception


class MemoryJobs:
    """Keeps jobs in the memory of this process: they are lost when it ends.

    Attributes:
        failed: The jobs that failed, the last thousand of them.
    """

    def __init__(self) -> None:
        self.failed: deque[FailedJob] = deque(maxlen=_KEPT)
        self._waiting: dict[str, list[_Place]] = defaultdict(list)
        self._numbers = count()
        self._unique: dict[str, str] = {}
        self._wakers: set[Callable[[], object]] = set()

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Keep jobs, once the work of a scope is committed; see `JobBackend.enqueue`."""
        add = partial(self._add, envelopes)
        if after is not None:
            after.after_commit(add)
        elif not scope.units.defer(add):
            add()
        return [self._unique.get(each.unique, each.id) for each in envelopes]

    async def work(self, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop) -> None:
        """Run jobs until `stop` is set; see `JobBackend.work`."""
        await pull(self, run, queues=queues, concurrency=concurrency, stop=stop)

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        """Return jobs that may run now, the first due first; see `JobStore.claim`."""
        now, claimed = datetime.now(UTC), list[Envelope]()
        while len(claimed) < limit:
            heaps = self._heaps(queues)
            heap = min(heaps, key=_first, default=None)
            if heap is None or heap[0].due > now:
                break
            claimed.append(heappop(heap).envelope)
        return claimed

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job; see `JobStore.settle`."""
        match outcome:
            case Retried(after, _):
                self._put(replace(envelope, attempt=envelope.attempt + 1, due=_in(after)))
            case Released(after):
                self._put(replace(envelope, due=_in(after)))
            case _:
                self._unique.pop(envelope.unique, None)
                if isinstance(outcome, Failed):
                    self.failed.append(FailedJob(envelope, outcome.error))

    async def wait(self, queues: Sequence[str]) -> None:
        """Wait until a job is due or is added; see `JobStore.wait`."""
        added, wake = wake_up_call()  # a job may be added by another thread, in a loop of its own
        self._wakers.add(wake)
        try:
            first = min((heap[0].due for heap in self._heaps(queues)), default=None)
            seconds = None if first is None else (first - datetime.now(UTC)).total_seconds()
            with suppress(TimeoutError):
                await wait_for(added(), seconds)
        finally:
            self._wakers.remove(wake)

    def _add(self, envelopes: Sequence[Envelope]) -> None:
        for envelope in envelopes:
            if not envelope.unique or self._unique.setdefault(envelope.unique, envelope.id) == (
                envelope.id
            ):
                self._put(envelope)

    def _put(self, envelope: Envelope) -> None:
        due = envelope.due or envelope.enqueued_at
        heappush(self._waiting[envelope.queue], _Place(due, next(self._numbers), envelope))
        for wake in tuple(self._wakers):
            wake()

    def _heaps(self, queues: Sequence[str]) -> list[list[_Place]]:
        """Return the waiting jobs of some queues, or of all, without empty ones."""
        heaps = [self._waiting[each] for each in queues or tuple(self._waiting)]
        return [heap for heap in heaps if heap]


def _first(heap: list[_Place]) -> _Place:
    return heap[0]


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
