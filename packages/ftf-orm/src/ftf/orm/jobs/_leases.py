"""`Leases`: the jobs that this process has claimed, and for how long."""

import logging
from asyncio import Event, get_running_loop, wait_for
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from math import inf
from traceback import format_exception, format_exception_only
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Delete,
    Integer,
    Row,
    Text,
    Update,
    bindparam,
    case,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.sql.dml import ReturningUpdate

from ftf.container.jobs import Done, Envelope, Failed, LeaseLost, Outcome, Released, Retried

from ._database_time import database_time
from ._outage import Outage
from ._rows import envelope_of, insert_jobs
from ._tables import FAILED_JOBS, JOBS

_logger: Final = logging.getLogger("ftf.orm.jobs")

type _Claim = tuple[str, int, int]

_LONGEST_TEXT: Final = 20_000  # characters of an error and of its traceback


def _claim(*conditions: ColumnElement[bool]) -> ReturningUpdate[tuple[object, ...]]:
    # In a common table expression, because PostgreSQL may run a subquery once for each row.
    due = (
        select(JOBS.c.number)
        .where(JOBS.c.due_at <= database_time(), *conditions)
        .order_by(JOBS.c.due_at, JOBS.c.number)
        .limit(bindparam("limit", type_=Integer()))
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    is_lost = case((JOBS.c.token.is_(None), 0), else_=1)
    return (
        update(JOBS)
        .where(JOBS.c.number.in_(select(due.c.number)))
        .values(
            token=bindparam("token_"),
            crashes=JOBS.c.crashes + is_lost,
            due_at=database_time("seconds"),
        )
        .returning(*JOBS.c)
    )


_OF_QUEUES: Final = JOBS.c.queue.in_(bindparam("queues", expanding=True))
_NEXT: Final = select(JOBS.c.due_at, database_time()).order_by(JOBS.c.due_at).limit(1)
_NEXT_OF: Final = {False: _NEXT, True: _NEXT.where(_OF_QUEUES)}  # by whether there are queues
_CLAIM_OF: Final = {False: _claim(), True: _claim(_OF_QUEUES)}
_CLAIMED: Final = (JOBS.c.id == bindparam("id_")) & (JOBS.c.token == bindparam("token_"))
_DELETE: Final = delete(JOBS).where(_CLAIMED)
_FREE: Final = update(JOBS).where(_CLAIMED).values(token=None, due_at=database_time("after"))
_RETRY: Final = _FREE.values(attempt=JOBS.c.attempt + 1)
_COPIED: Final = [each.name for each in FAILED_JOBS.columns if each.name in JOBS.c]
_FAIL: Final = insert(FAILED_JOBS).from_select(
    [*_COPIED, "failed_at", "error", "traceback"],
    select(
        *(JOBS.c[name] for name in _COPIED),
        database_time(),
        bindparam("error_", type_=Text()),
        bindparam("traceback_", type_=Text()),
    ).where(_CLAIMED),
)
_RENEW: Final = (
    update(JOBS)
    .where(
        JOBS.c.id.in_(bindparam("ids", expanding=True)),
        JOBS.c.token.in_(bindparam("tokens", expanding=True)),
    )
    .values(due_at=database_time("seconds"))
)


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
        self._seconds = seconds
        self._tokens: dict[_Claim, str] = {}
        self._turn = 0

    async def claim(self, queues: Sequence[str], limit: int) -> list[Envelope]:
        """Claim jobs that are due; one whose lease has ended has lost its worker."""
        token = uuid4().hex
        given = {"token_": token, "seconds": self._seconds}
        rows: list[Row[Any]] = []
        async with self._engine.begin() as connection:
            # A claim makes it the only writer of SQLite, so it does not claim in vain there.
            if self._is_sqlite and await _seconds_to_next(connection, queues) > 0:
                return []
            for some, most in self._turns(queues, limit):
                if left := min(most, limit - len(rows)):
                    given |= {**_of(some), "limit": left}
                    rows += (await connection.execute(_CLAIM_OF[bool(queues)], given)).all()
        claimed = [envelope_of(row) for row in sorted(rows, key=lambda row: int(row.number))]
        self._tokens |= {_claim_of(each): token for each in claimed}
        return claimed

    def _turns(self, queues: Sequence[str], limit: int) -> Iterator[tuple[Sequence[str], int]]:
        """Return where to claim how much: a part from each queue in turn, then from all."""
        if len(queues) > 1:
            self._turn = (self._turn + 1) % len(queues)
            yield [queues[self._turn]], -(-limit // len(queues))
        yield queues, limit

    async def seconds_to_next(self, queues: Sequence[str]) -> float:
        """Return the seconds until a job is due or a lease ends; infinite if there is none."""
        async with self._engine.connect() as connection:
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
                async with self._engine.begin() as connection:
                    is_noted = await _note(connection, envelope, outcome, token)
                # What was lost with the connection may be the answer to the COMMIT.
                return is_noted or is_second
            await outage.pause()
        return False

    async def _renew(self) -> None:
        if not self._tokens:
            return
        ids, tokens = {id_ for id_, *_ in self._tokens}, {*self._tokens.values()}
        given = {"ids": list(ids), "tokens": list(tokens)}
        async with self._engine.begin() as connection:
            await connection.execute(_RENEW, {**given, "seconds": self._seconds})


def _claim_of(envelope: Envelope) -> _Claim:
    """Return what tells a claim from a later one of the same job by this process."""
    return envelope.id, envelope.attempt, envelope.crashes


async def _seconds_to_next(connection: AsyncConnection, queues: Sequence[str]) -> float:
    found = (await connection.execute(_NEXT_OF[bool(queues)], _of(queues))).first()
    if found is None:
        return inf
    until: timedelta = found[0] - found[1]
    return until.total_seconds()


def _of(queues: Sequence[str]) -> dict[str, object]:
    return {"queues": list(queues)} if queues else {}


async def _note(
    connection: AsyncConnection, envelope: Envelope, outcome: Outcome, token: str
) -> bool:
    """Note what became of a job, and insert those that follow it.

    Return whether it was still claimed with the token.
    """
    given: dict[str, object] = {"id_": envelope.id, "token_": token}
    statement: Update | Delete = _DELETE
    match outcome:
        case Retried(after):
            statement, given["after"] = _RETRY, after
        case Released(after):
            statement, given["after"] = _FREE, after
        case Failed(error):
            texts = {"error_": "".join(format_exception_only(error)).strip()}
            texts["traceback_"] = "".join(format_exception(error))[-_LONGEST_TEXT:]
            await connection.execute(_FAIL, given | {k: _storable(v) for k, v in texts.items()})
    is_noted = bool((await connection.execute(statement, given)).rowcount)
    if is_noted and isinstance(outcome, Done | Failed):
        await insert_jobs(connection, outcome.then, connection.dialect.name)
    return is_noted


def _storable(text: str) -> str:
    """Return a text without what PostgreSQL refuses: NUL and halves of surrogate pairs."""
    return text[:_LONGEST_TEXT].replace("\0", "\\0").encode(errors="backslashreplace").decode()
