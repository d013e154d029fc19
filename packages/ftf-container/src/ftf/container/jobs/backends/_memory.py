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
from weakref import WeakValueDictionary

from ...scopes._event_loop import wake_up_call
from ...scopes._scope import Scope
from ...scopes._unit_of_work import OpenTransaction
from .._outcome import Done, Failed, Outcome, Released, Retried
from ..exceptions import BatchEnded
from ..following._batch import Batch
from ..stored._envelope import Envelope
from ._backend import Run, Stop
from ._capabilities import Capabilities
from ._memory_batches import MemoryBatches
from ._pull import pull

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


class _Promise:
    """The id that was returned for a job, whose transaction may be open.

    Enqueues with one `unique` share it until one of them is committed: whichever of their
    transactions is rolled back, the id is that of a job.
    """

    __slots__ = ("__weakref__", "id")

    def __init__(self, id: str) -> None:  # noqa: A002  # as in the envelope
        self.id = id


class MemoryJobs:
    """Keeps jobs in the memory of this process: they are lost when it ends.

    Attributes:
        failed: The jobs that failed, the last thousand of them.
        capabilities: What it promises; see `JobBackend.capabilities`.
    """

    capabilities: Capabilities = Capabilities(
        delay=True, unique=True, schedules=True, chains=True, batches=True
    )

    def __init__(self) -> None:
        self.failed: deque[FailedJob] = deque(maxlen=_KEPT)
        self._waiting: dict[str, list[_Place]] = defaultdict(list)
        self._numbers = count()
        self._turns: dict[str, int] = {}
        self._unique: dict[str, str] = {}
        # Weak, because a transaction that is rolled back forgets what it would have called.
        self._promised: WeakValueDictionary[str, _Promise] = WeakValueDictionary()
        self._wakers: set[Callable[[], object]] = set()
        self._batches = MemoryBatches()

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Keep jobs, once the work of a scope is committed; see `JobBackend.enqueue`."""
        promised = [self._promise(each) for each in envelopes]
        # The promises are passed along, because nothing else keeps them until the commit.
        _once_committed(partial(self._add, envelopes, promised), scope, after)
        return [each.id for each in promised]

    async def enqueue_batch(
        self,
        id: str,  # noqa: A002  # as in the envelope
        batch: Batch,
        envelopes: Sequence[Envelope],
        scope: Scope,
        after: OpenTransaction | None,
    ) -> None:
        """Keep a batch, once the work of a scope is committed; see `BatchBackend`."""
        _once_committed(partial(self._batches.open, id, batch, len(envelopes)), scope, after)
        await self.enqueue(envelopes, scope, after)

    async def add_to_batch(self, id: str, envelopes: Sequence[Envelope], scope: Scope) -> None:  # noqa: A002  # as in the envelope
        """Keep further members of a batch; see `BatchBackend.add_to_batch`.

        Raises:
            BatchEnded: All of its members have ended.
        """
        if id not in self._batches:
            raise BatchEnded(id)
        _once_committed(partial(self._batches.extend, id, len(envelopes)), scope, None)
        await self.enqueue(envelopes, scope, None)

    async def work(self, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop) -> None:
        """Run jobs until `stop` is set; see `JobBackend.work`."""
        await pull(self, run, queues=queues, concurrency=concurrency, stop=stop)

    async def claim(self, queues: Sequence[str], limit: int) -> Sequence[Envelope]:
        """Return jobs that may run now; see `JobStore.claim`.

        Queues take turns, so that a long one does not hold up another; the first due of a queue is
        the first.
        """
        now, claimed = datetime.now(UTC), list[Envelope]()
        while len(claimed) < limit:
            due = [heap for heap in self._heaps(queues) if heap[0].due <= now]
            if not due:
                break
            heap = min(due, key=self._turn)
            claimed.append(heappop(heap).envelope)
            self._turns[claimed[-1].queue] = next(self._numbers)
        return claimed

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job; see `JobBackend.settle`."""
        match outcome:
            case Retried(after, _):
                self.keep(replace(envelope, attempt=envelope.attempt + 1, due=_in(after)))
            case Released(after):
                self.keep(replace(envelope, due=_in(after)))
            case _:
                self._unique.pop(envelope.unique, None)
                if isinstance(outcome, Failed):
                    self.failed.append(FailedJob(envelope, outcome.error))
        following = outcome.then if isinstance(outcome, Done | Failed) else ()
        for each in (*following, *self._batches.after(envelope, outcome)):
            self._add([each], [self._promise(each)])

    def keep(self, envelope: Envelope) -> None:
        """Put a job among those that wait."""
        due = envelope.due or envelope.enqueued_at
        heappush(self._waiting[envelope.queue], _Place(due, next(self._numbers), envelope))
        for wake in tuple(self._wakers):
            wake()

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

    def _promise(self, envelope: Envelope) -> _Promise:
        """Return the id of a job, or of the one that has the same `unique`."""
        unique = envelope.unique
        if unique in self._unique:
            return _Promise(self._unique[unique])
        promise = _Promise(envelope.id)
        return self._promised.setdefault(unique, promise) if unique else promise

    def _add(self, envelopes: Sequence[Envelope], promised: Sequence[_Promise]) -> None:
        for envelope, promise in zip(envelopes, promised, strict=True):
            if unique := envelope.unique:
                if unique in self._unique:
                    continue
                if self._promised.get(unique) is promise:
                    del self._promised[unique]
                    envelope = replace(envelope, id=promise.id)  # noqa: PLW2901  # as was returned
                self._unique[unique] = envelope.id
            self.keep(envelope)

    def _turn(self, heap: list[_Place]) -> tuple[int, _Place]:
        """Return when the queue of a heap had its last turn, and its first job."""
        return self._turns.get(heap[0].envelope.queue, -1), heap[0]

    def _heaps(self, queues: Sequence[str]) -> list[list[_Place]]:
        """Return the waiting jobs of some queues, or of all, without empty ones."""
        heaps = [self._waiting[each] for each in queues or tuple(self._waiting)]
        return [heap for heap in heaps if heap]


def _once_committed(
    call: Callable[[], object], scope: Scope, after: OpenTransaction | None
) -> None:
    if after is not None:
        after.after_commit(call)
    elif not scope.units.defer(call):
        call()


def _in(seconds: float) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)
