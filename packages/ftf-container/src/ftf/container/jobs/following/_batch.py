"""Batches: jobs that run beside each other, and those that follow the end of them all."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from .._job import Job
from .._outcome import Discarded, Done, Failed, Outcome
from .._registry import JobRegistry
from ..stored._envelope import Envelope
from ..stored._scalars import Json
from ._link import envelope_of, link_of


@dataclass(frozen=True, slots=True)
class Batch:
    """What follows the members of a batch, as it is stored.

    Args:
        then: The job that follows the end of all, if none has failed; `None` for none.
        catch: The job that follows the first failure; `None` for none.
        always: The job that follows the end of all; `None` for none.
        allow_failures: Whether `then` follows failures, too.
        headers: What crosses from the code that enqueued the batch, such as a request id.
    """

    then: Json
    catch: Json
    always: Json
    allow_failures: bool
    headers: Mapping[str, str]

    @classmethod
    def of(
        cls,
        registry: JobRegistry,
        then: Job | None,
        catch: Job | None,
        always: Job | None,
        *,
        allow_failures: bool,
        headers: Mapping[str, str],
    ) -> Self:
        """Return what follows a batch.

        Raises:
            InvalidRegistrationError: The class of a job is not registered.
            UnwritableJob: A field of one cannot be written as JSON.
        """
        done, failed, ended = (link_of(registry, each) for each in (then, catch, always))
        return cls(done, failed, ended, allow_failures, headers)

    @classmethod
    def read(cls, stored: Json) -> Self:
        """Return what was stored."""
        found: Any = stored
        return cls(**found)

    def write(self) -> Json:
        """Return what follows, as it is stored."""
        return asdict(self) | {"headers": dict(self.headers)}

    def after(self, outcome: Outcome | None, *, unfinished: int, failures: int) -> list[Envelope]:
        """Return the jobs that follow the end of a member.

        Args:
            outcome: What became of the member; `None` for a batch without members.
            unfinished: How many members have not ended.
            failures: How many have failed, this one included.
        """
        is_first = isinstance(outcome, Failed) and failures == 1
        found = [self.catch if is_first else None]
        if not unfinished:
            found += [self.then if self.allow_failures or not failures else None, self.always]
        return [envelope_of(each, self.headers) for each in found if each is not None]


def has_ended(envelope: Envelope, outcome: Outcome) -> bool:
    """Return whether an attempt was the last one at a member of a batch."""
    return bool(envelope.batch) and isinstance(outcome, Done | Failed | Discarded)
