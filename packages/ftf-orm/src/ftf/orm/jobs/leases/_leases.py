"""`Leases`: the jobs that this process has claimed, and for how long."""

import logging
from asyncio import Event, Future, Task, create_task, get_running_loop, wait_for
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from math import inf
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Connection, Row
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container.jobs import Done, Envelope, LeaseLost, Outcome

from .._outage import Outage
from .._rows import envelope_of
from .._tables import SENT
from ._in_transaction import in_transaction
from ._settling import delete_done, note, note_done, text_of
from ._statements import CLAIM_OF, NEXT_OF, RENEW, TAKE, TAKE_BACK

_logger: Final = logging.getLogger("ftf.orm.jobs")

type _Claim = tuple[str, int, int]


class Leases:
    """The jobs that this process has claimed.

    Nothing else claims a job until its lease ends, and the lease is renewed until it is settled.

    Args:
        engine: The database.
        seconds: How long a lease is.
    """

    def __init__(self, engine: AsyncEngine, seconds: float) -> None:
        self._engine = engine
        self._is_sqlite = engine.dialect.name == "sqlite"
        # For single statements, without round trips for BEGIN and COMMIT. Those of SQLite are calls
        # within the process.
        commits_itself = {} if self._is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._single = engine.execution_options(**commits_itself)
        self._seconds = seconds
        self._tokens: dict[_Claim, str] = {}
        self._turn = 0
        self._done: list[tuple[Envelope, str, Future[bool]]] = []
        self._noting: Task[None] | None = None

    async def claim(self, queues: Sequence[str], limit: int) -> list[Envelope]:
        """Claim jobs that are due; one whose lease has ended has lost its worker."""
        token = uuid4().hex
        return self._claimed(await self._claim(queues, limit, token, self._seconds), token)

    async def hand_over(self, limit: int, seconds: float) -> list[Envelope]:
        """Return jobs that are due, for a broker: `take` claims them then.

        Args:
            limit: The greatest number of jobs.
            seconds: After how long a job is handed over again that was not taken.
        """
        return await self._claim((), limit, SENT, seconds)

    async def take(self, ids: Sequence[str]) -> list[Envelope]:
        """Claim jobs that were handed over, but none that was taken since."""
        token = uuid4().hex
        given = {"token_": token, "seconds": self._seconds, "ids": ids}
        rows = await in_transaction(self._single, lambda it: it.execute(TAKE, given).all())
        return self._claimed(_envelopes(rows), token)

    async def take_back(self, ids: Sequence[str], seconds: float) -> None:
        """Hand jobs over again that the broker did not get.

        Args:
            ids: Their ids.
            seconds: After how long.
        """
        given = {"ids": ids, "seconds": seconds}
        await in_transaction(self._single, lambda it: it.execute(TAKE_BACK, given))

    def _claimed(self, claimed: list[Envelope], token: str) -> list[Envelope]:
        self._tokens |= {_claim_of(each): token for each in claimed}
        return claimed

    async def _claim(
        self, queues: Sequence[str], limit: int, token: str, seconds: float
    ) -> list[Envelope]:
        given = {"token_": token, "seconds": seconds}
        engine = self._engine if len(queues) > 1 else self._single
        call = partial(self._rows, queues=queues, limit=limit, given=given)
        return _envelopes(await in_transaction(engine, call))

    def _rows(
        self, connection: Connection, queues: Sequence[str], limit: int, given: dict[str, object]
    ) -> list[Row[Any]]:
        rows: list[Row[Any]] = []
        # A claim makes it the only writer of SQLite, so it does not claim in vain there.
        if self._is_sqlite and _seconds_to_next(connection, queues) > 0:
            return rows
        for some, most in self._turns(queues, limit):
            if left := min(most, limit - len(rows)):
                values = {**given, **_of(some), "limit": left}
                rows += connection.execute(CLAIM_OF[bool(queues)], values).all()
        return rows

    def _turns(self, queues: Sequence[str], limit: int) -> Iterator[tuple[Sequence[str], int]]:
        """Return where to claim how much: a part from each queue in turn, then from all."""
        if len(queues) > 1:
            self._turn = (self._turn + 1) % len(queues)
            yield [queues[self._turn]], -(-limit // len(queues))
        yield queues, limit

    async def seconds_to_next(self, queues: Sequence[str]) -> float:
        """Return the seconds until a job is due or a lease ends; infinite if there is none."""
        return await in_transaction(self._single, partial(_seconds_to_next, queues=queues))

    async def settle(self, envelope: Envelope, outcome: Outcome) -> None:
        """Note what became of a claimed job, once the database can be reached.

        Raises:
            LeaseLost: Another worker has claimed it since, or the database could not be reached
                for as long as a lease is, so that the job runs again.
        """
        token = self._tokens.get(_claim_of(envelope), "")
        try:
            if not await self._is_noted(envelope, outcome, token):
                raise LeaseLost(envelope.name, envelope.id)
        finally:
            self._tokens.pop(_claim_of(envelope), None)

    async def renew_until(self, ended: Event) -> None:
        """Renew the leases, three times while one lasts, until an event is set."""
        outage = Outage()
        while not ended.is_set():
            with suppress(TimeoutError):
                await wait_for(ended.wait(), self._seconds / 3)
            try:
                with outage.survived("The leases of jobs are not renewed"):
                    await self._renew()
            except Exception:  # the next attempt is in time if it is in a third of a lease
                _logger.exception("the leases of jobs are not renewed")

    async def _is_noted(self, envelope: Envelope, outcome: Outcome, token: str) -> bool:
        loop, outage = get_running_loop(), Outage()
        end = loop.time() + self._seconds
        while loop.time() < end:
            is_second = bool(outage)
            with outage.survived(f"What became of {envelope.name} {envelope.id} is not noted"):
                is_noted = await self._note(envelope, outcome, token)
                # What was lost with the connection may be the answer to the COMMIT.
                return is_noted or is_second
            await outage.pause()
        return False

    async def _note(self, envelope: Envelope, outcome: Outcome, token: str) -> bool:
        if outcome != Done():
            async with self._engine.begin() as connection:
                return await note(connection, envelope, outcome, token)
        noted: Future[bool] = get_running_loop().create_future()
        self._done.append((envelope, token, noted))
        if self._noting is None or self._noting.done():
            self._noting = create_task(self._note_done())
        return await noted

    async def _note_done(self) -> None:
        """Note that jobs are done, together those that end while others are noted."""
        while some := self._done:
            self._done = []
            claims = [(job, token) for job, token, _ in some]
            try:
                found = await self._deleted(claims)
            except Exception as error:  # noqa: BLE001  # each of those that wait raises it
                for noted in [each for *_, each in some if not each.done()]:
                    noted.set_exception(error)
            else:
                # Those that wait may have been cancelled.
                for job, token, noted in [each for each in some if not each[-1].done()]:
                    noted.set_result(text_of(job, token) in found)

    async def _deleted(self, claims: Sequence[tuple[Envelope, str]]) -> set[str]:
        if not any(job.batch for job, _ in claims):
            return await in_transaction(self._single, partial(delete_done, claims=claims))
        async with self._engine.begin() as connection:
            return await note_done(connection, claims)

    async def _renew(self) -> None:
        if not self._tokens:
            return
        ids, tokens = {id_ for id_, *_ in self._tokens}, {*self._tokens.values()}
        given = {"ids": list(ids), "tokens": list(tokens), "seconds": self._seconds}
        await in_transaction(self._single, lambda it: it.execute(RENEW, given))


def _envelopes(rows: Sequence[Row[Any]]) -> list[Envelope]:
    """Return the jobs of rows, in the order in which they were enqueued."""
    return [envelope_of(row) for row in sorted(rows, key=lambda row: int(row.number))]


def _claim_of(envelope: Envelope) -> _Claim:
    """Return what tells a claim from a later one of the same job by this process."""
    return envelope.id, envelope.attempt, envelope.crashes


def _seconds_to_next(connection: Connection, queues: Sequence[str]) -> float:
    found = connection.execute(NEXT_OF[bool(queues)], _of(queues)).first()
    if found is None:
        return inf
    until: timedelta = found[0] - found[1]
    return until.total_seconds()


def _of(queues: Sequence[str]) -> dict[str, object]:
    return {"queues": list(queues)} if queues else {}
