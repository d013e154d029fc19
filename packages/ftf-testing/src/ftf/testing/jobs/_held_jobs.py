"""`HeldJobs`: an engine whose jobs run when a test says so."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

from ftf.container import OpenTransaction, Scope
from ftf.container.jobs import Envelope, Job, MemoryJobs, Run, Stop

from .._application_lines import NO_LINE, application_line

_LINE: Final = "ftf.testing.line"


class HeldJobs(MemoryJobs):
    """Keeps the jobs of a test.

    Args:
        catch: Is given each job, its envelope and its line, and returns whether a fake caught it.
        read: Returns the job of an envelope.
    """

    def __init__(
        self, catch: Callable[[Job, Envelope, str], bool], read: Callable[[Envelope], Job]
    ) -> None:
        super().__init__()
        self._catch = catch
        self._read = read
        self.waiting: list[Envelope] = []

    async def enqueue(
        self, envelopes: Sequence[Envelope], scope: Scope, after: OpenTransaction | None
    ) -> Sequence[str]:
        """Keep jobs once the work of a scope is committed; see `JobBackend.enqueue`."""
        line = {_LINE: application_line()}
        noted = [replace(each, headers={**each.headers, **line}) for each in envelopes]
        return await super().enqueue(noted, scope, after)

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

    def keep(self, envelope: Envelope) -> None:
        """Put a job among those that wait, unless a fake catches it."""
        if not self._catch(self._read(envelope), envelope, line_of(envelope)):
            self.waiting.append(envelope)


def line_of(envelope: Envelope) -> str:
    """Return the line of the application that enqueued a job."""
    return envelope.headers.get(_LINE, NO_LINE)
