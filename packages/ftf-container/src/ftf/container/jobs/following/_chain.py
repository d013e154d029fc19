"""Chains: jobs that follow each other, each once the one before it is done."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Self

from .._job import Job
from .._outcome import Done, Failed, Outcome
from .._registry import JobRegistry
from ..stored._envelope import Envelope
from ..stored._scalars import Json
from ._link import envelope_of, link_of


@dataclass(frozen=True, slots=True)
class Chain:
    """What follows a job, as it is stored in its envelope.

    Args:
        following: The names, fields and queues of the jobs that follow, the next one first.
        catch: Those of the job that follows a failure; `None` for none.
    """

    following: Sequence[Json]
    catch: Json

    @classmethod
    def of(cls, registry: JobRegistry, following: Sequence[Job], catch: Job | None) -> Self:
        """Return a chain of jobs.

        Raises:
            InvalidRegistrationError: The class of one is not registered.
            UnwritableJob: A field of one cannot be written as JSON.
        """
        return cls([link_of(registry, each) for each in following], link_of(registry, catch))

    @classmethod
    def read(cls, stored: Json) -> Self:
        """Return a stored chain."""
        found: Any = stored
        return cls(found["following"], found["catch"])

    def write(self) -> Json:
        """Return the chain as it is stored."""
        return {"following": [*self.following], "catch": self.catch}

    def next(self) -> tuple[Json, Self]:
        """Return the next job and what follows it."""
        first, *following = self.following
        return first, replace(self, following=following)


def followed(envelope: Envelope, outcome: Outcome) -> Outcome:
    """Return what became of a job, with the jobs that follow it."""
    if envelope.chain is None:
        return outcome
    chain = Chain.read(envelope.chain)
    if isinstance(outcome, Done) and chain.following:
        link, rest = chain.next()
        return replace(outcome, then=(envelope_of(link, envelope.headers, rest.write()),))
    if isinstance(outcome, Failed) and chain.catch is not None:
        return replace(outcome, then=(envelope_of(chain.catch, envelope.headers),))
    return outcome
