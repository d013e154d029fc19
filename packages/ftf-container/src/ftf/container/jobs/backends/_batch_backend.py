"""What a backend offers that keeps batches."""

from collections.abc import Sequence
from typing import Protocol

from ...scopes._scope import Scope
from ...scopes._unit_of_work import OpenTransaction
from ..following._batch import Batch
from ..stored._envelope import Envelope
from ._backend import JobBackend


class BatchBackend(JobBackend, Protocol):
    """A backend whose capabilities promise batches.

    When it notes the end of a member, it counts it and keeps the jobs of `Batch.after`, in the same
    transaction. A member is counted once.
    """

    async def enqueue_batch(
        self,
        id: str,  # noqa: A002  # as in the envelope
        batch: Batch,
        envelopes: Sequence[Envelope],
        scope: Scope,
        after: OpenTransaction | None,
    ) -> None:
        """Keep a batch and its members; see `JobBackend.enqueue`.

        Args:
            id: Its id, which the members have.
            batch: What follows them.
            envelopes: The members, one at least.
            scope: The scope that they are enqueued in.
            after: The transaction to wait for, if it is not that of the scope.
        """

    async def add_to_batch(
        self,
        id: str,  # noqa: A002  # as in the envelope
        envelopes: Sequence[Envelope],
        scope: Scope,
    ) -> None:
        """Keep further members of a batch, which a member enqueues.

        Args:
            id: The id of the batch.
            envelopes: The members.
            scope: The scope of the member.

        Raises:
            BatchEnded: All of its members have ended.
        """
