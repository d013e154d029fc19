"""`Leases`: the jobs that this process has claimed, and for how long."""

import logging
from asyncio import Event, Future, Task, create_task, get_running_loop, wait_for
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from math import inf
from traceback import format_exception, format_exception_only
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import Delete, Row, Update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from ftf.container.jobs import (
    Done,
    Envelope,
    Failed,
    LeaseLost,
    Outcome,
    Released,
    Retried,
    has_ended,
)

from ._lease_statements import (
    CLAIM_OF,
    DELETE,
    DELETE_CLAIMS,
    FAIL,
    FREE,
    NEXT_OF,
    RENEW,
    RETRY,
    TAKE,
    TAKE_BACK,
)
from ._outage import Outage
from ._rows import envelope_of, insert_jobs, wake_workers
from ._tables import SENT
from .batches._batches import count_ends

_logger: Final = logging.getLogger("ftf.orm.jobs")

type _Claim = tuple[str, int, int]

_LONGEST_TEXT: Final = 20_000  # characters of an error and of its traceback


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
        async with self._single.begin() as connection:
            rows = (await connection.execute(TAKE, given)).all()
        return self._claimed(_envelopes(rows), token)

    async def take_back(self, ids: Sequence[str], seconds: float) -> None:
        """Hand jobs over again that the broker did not get.

        Args:
            ids: Their ids.
            seconds: After how long.
        """
        async with self._single.begin() as connection:
            await connection.execute(TAKE_BACK, {"ids": ids, "seconds": seconds})

    def _claimed(self, claimed: list[Envelope], token: str) -> list[Envelope]:
        self._tokens |= {_claim_of(each): token for each in claimed}
        return claimed

    async def _claim(
        self, queues: Sequence[str], limit: int, token: str, seconds: float
    ) -> list[Envelope]:
        given = {"token_": token, "seconds": seconds}
        rows: list[Row[Any]] = []
        engine = self._engine if len(queues) > 1 else self._single
        async with engine.begin() as connection:
            # A claim makes it the only writer of SQLite, so it does not claim in vain there.
            if self._is_sqlite and await _seconds_to_next(connection, queues) > 0:
                return []
            for some, most in self._turns(queues, limit):
                if left := min(most, limit - len(rows)):
                    given |= {**_of(some), "limit": left}
                    rows += (await connection.execute(CLAIM_OF[bool(queues)], given)).all()
        return _envelopes(rows)

    def _turns(self, queues: Sequence[str], limit: int) -> Iterator[tuple[Sequence[str], int]]:
        """Return where to claim how much: a part from each queue in turn, then from all."""
        if len(queues) > 1:
            self._turn = (self._turn + 1) % len(queues)
            yield [queues[self._turn]], -(-limit // len(queues))
        yield queues, limit

    async def seconds_to_next(self, queues: Sequence[str]) -> float:
        """Return the seconds until a job is due or a lease ends; infinite if there is none."""
        async with self._single.connect() as connection:
            return await _seconds_to_next(connection, queues)

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
                return await _note(connection, envelope, outcome, token)
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
            engine = self._engine if any(job.batch for job, _ in claims) else self._single
            try:
                async with engine.begin() as connection:
                    found = await _note_done(connection, claims)
            except Exception as error:  # noqa: BLE001  # each of those that wait raises it
                for noted in [each for *_, each in some if not each.done()]:
                    noted.set_exception(error)
            else:
                # Those that wait may have been cancelled.
                for job, token, noted in [each for each in some if not each[-1].done()]:
                    noted.set_result(_text(job, token) in found)

    async def _renew(self) -> None:
        if not self._tokens:
            return
        ids, tokens = {id_ for id_, *_ in self._tokens}, {*self._tokens.values()}
        given = {"ids": list(ids), "tokens": list(tokens)}
        async with self._single.begin() as connection:
            await connection.execute(RENEW, {**given, "seconds": self._seconds})


def _envelopes(rows: Sequence[Row[Any]]) -> list[Envelope]:
    """Return the jobs of rows, in the order in which they were enqueued."""
    return [envelope_of(row) for row in sorted(rows, key=lambda row: int(row.number))]


def _claim_of(envelope: Envelope) -> _Claim:
    """Return what tells a claim from a later one of the same job by this process."""
    return envelope.id, envelope.attempt, envelope.crashes


async def _seconds_to_next(connection: AsyncConnection, queues: Sequence[str]) -> float:
    found = (await connection.execute(NEXT_OF[bool(queues)], _of(queues))).first()
    if found is None:
        return inf
    until: timedelta = found[0] - found[1]
    return until.total_seconds()


def _of(queues: Sequence[str]) -> dict[str, object]:
    return {"queues": list(queues)} if queues else {}


async def _note_done(
    connection: AsyncConnection, claims: Sequence[tuple[Envelope, str]]
) -> set[str]:
    """Note that jobs are done, and insert those that follow the ends of batches.

    Args:
        connection: What notes it.
        claims: The jobs, each with the token of its claim.

    Returns:
        The texts of the claims that were still valid.
    """
    given = {"ids": [job.id for job, _ in claims], "claims": [_text(*each) for each in claims]}
    deleted = await connection.execute(DELETE_CLAIMS[connection.dialect.name], given)
    found = {*deleted.scalars()}
    ended = Counter(job.batch for job, token in claims if job.batch and _text(job, token) in found)
    # In one order: a worker that has locked one row of a batch waits for another.
    for batch, members in sorted(ended.items()):
        following = await count_ends(connection, batch, Done(), members)
        await insert_jobs(connection, following, connection.dialect.name)
    return found


def _text(job: Envelope, token: str) -> str:
    return job.id + token


async def _note(
    connection: AsyncConnection, envelope: Envelope, outcome: Outcome, token: str
) -> bool:
    """Note what became of a job, and insert those that follow it.

    Return whether it was still claimed with the token.
    """
    given: dict[str, object] = {"id_": envelope.id, "token_": token}
    statement: Update | Delete = DELETE
    match outcome:
        case Retried(after):
            statement, given["after"] = RETRY, after
        case Released(after):
            statement, given["after"] = FREE, after
        case Failed(error):
            texts = {"error_": "".join(format_exception_only(error)).strip()}
            texts["traceback_"] = "".join(format_exception(error))[-_LONGEST_TEXT:]
            await connection.execute(FAIL, given | {k: _storable(v) for k, v in texts.items()})
    is_noted = bool((await connection.execute(statement, given)).rowcount)
    if is_noted and has_ended(envelope, outcome):
        following = await count_ends(connection, envelope.batch, outcome)
        await insert_jobs(connection, following, connection.dialect.name)
    if is_noted and isinstance(outcome, Done | Failed):
        await insert_jobs(connection, outcome.then, connection.dialect.name)
    if is_noted and outcome == Released():
        await wake_workers(connection, connection.dialect.name)
    return is_noted


def _storable(text: str) -> str:
    """Return a text without what PostgreSQL refuses: NUL and halves of surrogate pairs."""
    return text[:_LONGEST_TEXT].replace("\0", "\\0").encode(errors="backslashreplace").decode()
