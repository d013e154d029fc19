"""`MemoryBatches`: the batches of `MemoryJobs`."""

from collections.abc import Sequence
from dataclasses import dataclass

from .._outcome import Failed, Outcome
from ..following._batch import Batch, has_ended
from ..stored._envelope import Envelope


@dataclass(slots=True)
class _Open:
    batch: Batch
    unfinished: int
    failures: int = 0


class MemoryBatches:
    """The batches with members that have not ended."""

    def __init__(self) -> None:
        self._open: dict[str, _Open] = {}

    def __contains__(self, id: object) -> bool:  # noqa: A002  # as in the envelope
        return id in self._open

    def open(self, id: str, batch: Batch, members: int) -> None:  # noqa: A002  # as in the envelope
        """Add a batch with a number of members."""
        self._open[id] = _Open(batch, members)

    def extend(self, id: str, members: int) -> None:  # noqa: A002  # as in the envelope
        """Add a number of members to a batch, unless it has ended meanwhile."""
        if found := self._open.get(id):
            found.unfinished += members

    def after(self, envelope: Envelope, outcome: Outcome) -> Sequence[Envelope]:
        """Count the end of a member. Return the jobs that follow it."""
        found = self._open.get(envelope.batch)
        if found is None or not has_ended(envelope, outcome):
            return ()
        found.unfinished -= 1
        found.failures += isinstance(outcome, Failed)
        if not found.unfinished:
            del self._open[envelope.batch]
        counts = {"unfinished": found.unfinished, "failures": found.failures}
        return found.batch.after(outcome, **counts)
