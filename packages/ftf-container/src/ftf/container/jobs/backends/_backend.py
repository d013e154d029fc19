"""What an engine of jobs offers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from ...scopes._scope import Scope
from ...scopes._unit_of_work import OpenTransaction
from .._outcome import Outcome
from ..stored._envelope import Envelope
from ._capabilities import Capabilities

type Run = Callable[[Envelope], Awaitable[Outcome]]


class Stop(Protocol):
    """Asks an engine to fetch no more jobs."""

    def is_set(self) -> bool:
        """Return whether the engine has to stop."""

    async def wait(self) -> object:
        """Wait until the engine has to stop."""


class JobBackend(Protocol):
    """Keeps jobs until they are done, and hands them out.

    A job never starts before the transaction around its enqueue has committed, and never if that
    was rolled back.
    """

    @property
    def capabilities(self) -> Capabilities:
        """What the backend promises; the same at each call."""

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Keep jobs, once the work of a scope is committed.

        Args:
            envelopes: The jobs.
            scope: The scope that they are enqueued in.
            after: The transaction to wait for, if it is not that of the scope.

        Returns:
            The ids of the jobs, or of those that had the same `unique` before.
        """

    async def work(self, run: Run, *, queues: Sequence[str], concurrency: int, stop: Stop) -> None:
        """Run jobs until `stop` is set, and then until those that run have ended.

        Args:
            run: Makes an attempt at a job and returns what became of it.
            queues: The queues whose jobs are run; all if there are none.
            concurrency: How many jobs run at a time.
            stop: When it is set, no more jobs begin.
        """

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a job, and keep the jobs that follow it, in one transaction.

        Args:
            envelope: The job, as it was handed out.
            outcome: What became of it; `outcome.then` of `Done` and `Failed` are the jobs that
                follow.

        Raises:
            LeaseLost: The job was handed out again since, so nothing is noted.
        """
