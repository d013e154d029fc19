"""`HeldJobs`: an engine whose jobs run when a test says so."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple

from ftf.container import OpenTransaction, Scope
from ftf.container.jobs import Envelope, Job, Run, Stop

from .._application_lines import application_line


class HeldJob(NamedTuple):
    """A job that waits for the test.

    Attributes:
        envelope: The job.
        line: The line of the application that enqueued it.
    """

    envelope: Envelope
    line: str


class HeldJobs:
    """Keeps the jobs of a test.

    Args:
        catch: Is given each job, its envelope and its line, and returns whether a fake caught it.
        read: Returns the job of an envelope.
    """

    def __init__(
        self, catch: Callable[[Job, Envelope, str], bool], read: Callable[[Envelope], Job]
    ) -> None:
        self._catch = catch
        self._read = read
        self._unique: dict[str, str] = {}
        self.waiting: list[HeldJob] = []

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Keep jobs once the work of a scope is committed; see `JobBackend.enqueue`."""
        add = partial(self._add, envelopes, application_line())
        if after is not None:
            after.after_commit(add)
        elif not scope.units.defer(add):
            add()
        return [self._unique.get(each.unique, each.id) for each in envelopes]

    def settle(self, envelope: Envelope) -> None:
        """Free the `unique` of a job that does not run again."""
        self._unique.pop(envelope.unique, None)

    async def work(
        self,
        run: Run,  # noqa: ARG002  # the test runs jobs
        *,
        queues: Sequence[str],  # noqa: ARG002
        concurrency: int,  # noqa: ARG002
        stop: Stop,
    ) -> None:
        """Wait until the application stops; see `JobBackend.work`."""
        await stop.wait()

    def _add(self, envelopes: Sequence[Envelope], line: str) -> None:
        for envelope in envelopes:
            unique = envelope.unique
            if unique in self._unique or self._catch(self._read(envelope), envelope, line):
                continue
            self.waiting.append(HeldJob(envelope, line))
            if unique:
                self._unique[unique] = envelope.id
