"""`Relay`: sends the jobs that are due to a broker."""

import logging
from asyncio import Event, Task, create_task, wait, wait_for
from collections.abc import Sequence
from contextlib import suppress
from typing import Final

from ftf.container.jobs import Envelope, JobTransport

from .._outage import Outage
from .._transactions import naming_missing_tables
from ..leases._leases import Leases

_AT_ONCE: Final = 100
_AGAIN_SECONDS: Final = 5.0
_logger: Final = logging.getLogger("ftf.orm.jobs")


class Relay:
    """Sends the ids of jobs that may run. What a worker does with them is in the database.

    Args:
        leases: What hands the jobs over.
        transport: What they are sent by.
        poll_seconds: How often it looks for jobs that are due.
        resend_seconds: After how long a job is sent again that no worker has taken.
    """

    def __init__(
        self, leases: Leases, transport: JobTransport, poll_seconds: float, resend_seconds: float
    ) -> None:
        self._leases = leases
        self._transport = transport
        self._poll_seconds = poll_seconds
        self._resend_seconds = resend_seconds
        self._woken = Event()
        self._sending: set[Task[None]] = set()

    async def run(self, ended: Event) -> None:
        """Send jobs as they become due, until an event is set and `wake` is called.

        Raises:
            JobTablesMissing: The database lacks the tables of jobs.
        """
        outage = Outage()
        while not ended.is_set():
            self._woken.clear()
            seconds = 0.0
            with outage.survived("Jobs are not sent"), naming_missing_tables():
                await self._send_due()
                seconds = await self._leases.seconds_to_next(())
            if outage:
                await outage.pause()
                continue
            with suppress(TimeoutError):
                await wait_for(self._woken.wait(), min(self._poll_seconds, max(seconds, 0)))

    def wake(self) -> None:
        """Look for jobs that are due now."""
        self._woken.set()

    def send_soon(self, envelopes: Sequence[Envelope]) -> None:
        """Send jobs that were committed, without waiting until they are sent."""
        sending = create_task(self._send_committed(envelopes))
        self._sending.add(sending)
        sending.add_done_callback(self._sending.discard)

    async def end(self) -> None:
        """Wait until the jobs that were committed are sent."""
        if self._sending:
            await wait(self._sending)

    async def _send_committed(self, envelopes: Sequence[Envelope]) -> None:
        with Outage().survived("Jobs are sent later"):
            await self._send([each for each in envelopes if each.due is None])

    async def _send_due(self) -> None:
        while due := await self._leases.hand_over(_AT_ONCE, self._resend_seconds):
            if not await self._send(due):
                return

    async def _send(self, envelopes: Sequence[Envelope]) -> bool:
        """Send jobs. Return whether the broker got all; the others are handed over again."""
        for place, each in enumerate(envelopes):
            try:
                await self._transport.send(each.queue, each.id.encode())
            except Exception as error:  # noqa: BLE001  # of whatever the transport is made of
                left = envelopes[place:]
                _logger.warning("%d jobs are sent in %.0f s: %r", len(left), _AGAIN_SECONDS, error)
                await self._leases.take_back([one.id for one in left], _AGAIN_SECONDS)
                return False
        return True
