"""`FailedJobs`: the jobs that failed, which can be retried or forgotten."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container.jobs import Envelope

from ..transactions._operation import read, writing
from ._pruning import prune
from ._rows import envelope_of, insert_jobs
from ._tables import FAILED_JOBS, jobs_metadata
from ._transactions import naming_missing_tables
from .exceptions import JobExists, NoSuchFailedJob


@dataclass(frozen=True, slots=True)
class StoredFailure:
    """A job that failed and is stored.

    Args:
        envelope: The job.
        error: The type and the message of what its last attempt raised.
        traceback: The traceback of that.
        failed_at: When it failed.
    """

    envelope: Envelope
    error: str
    traceback: str
    failed_at: datetime


class FailedJobs:
    """The jobs of a database that failed.

    Its methods commit on return, unless a `transaction` of the session is open.

    Args:
        session: A session of the database.
    """

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def list(self, *, name: str = "", limit: int = 100) -> Sequence[StoredFailure]:
        """Return failed jobs, the last failed first.

        Args:
            name: The name of their class; all by default.
            limit: The greatest number of jobs.
        """
        newest = FAILED_JOBS.c.failed_at.desc(), FAILED_JOBS.c.id.desc()
        found = select(FAILED_JOBS).where(*_named(name)).order_by(*newest).limit(limit)
        return [
            StoredFailure(envelope_of(row), row.error, row.traceback, row.failed_at)
            for row in await self._read(found)
        ]

    async def retry(self, id: str) -> None:  # noqa: A002  # as in the envelope
        """Enqueue a failed job again, with its id and with all of its attempts.

        If it was a member of a batch, it is none any more.

        Args:
            id: Its id.

        Raises:
            NoSuchFailedJob: It is not listed: it was retried, forgotten or pruned.
            JobExists: Another job has its `unique`.
        """
        if not await self._retry(id):
            raise NoSuchFailedJob(id)

    async def retry_all(self, *, name: str = "") -> int:
        """Enqueue failed jobs again; those whose `unique` another job has stay where they are.

        Args:
            name: The name of their class; all by default.

        Returns:
            How many were enqueued.
        """
        ids = select(FAILED_JOBS.c.id).where(*_named(name)).order_by(FAILED_JOBS.c.id)
        retried = 0
        for row in await self._read(ids):
            with suppress(JobExists):
                retried += await self._retry(row.id)
        return retried

    async def forget(self, id: str) -> None:  # noqa: A002  # as in the envelope
        """Delete a failed job.

        Args:
            id: Its id.

        Raises:
            NoSuchFailedJob: It is not listed: it was retried, forgotten or pruned.
        """
        async with self._writing():
            if await self._take(id) is None:
                raise NoSuchFailedJob(id)

    async def prune(self, *, older_than: timedelta) -> int:
        """Delete the jobs that failed a while ago, a thousand in a transaction.

        Args:
            older_than: How long ago at least.

        Returns:
            How many were deleted.
        """
        return await prune(self._session, FAILED_JOBS.c.id, FAILED_JOBS.c.failed_at, older_than)

    async def _retry(self, id: str) -> bool:  # noqa: A002  # as in the envelope
        """Enqueue a failed job. Return whether it was listed."""
        async with self._writing():
            if (row := await self._take(id)) is None:
                return False
            # Its batch has counted it.
            envelope = replace(envelope_of(row), attempt=0, crashes=0, batch="")
            dialect = self._session.get_bind().dialect.name
            (holder,) = await insert_jobs(self._session, [envelope], dialect)
            if holder != envelope.id:
                raise JobExists(envelope.unique, holder)
        return True

    async def _read(self, statement: Select[*tuple[Any, ...]]) -> Sequence[Row[Any]]:
        with naming_missing_tables():
            return (await read(self._session, lambda: self._session.execute(statement))).all()

    async def _take(self, id: str) -> Row[Any] | None:  # noqa: A002  # as in the envelope
        # Deleted first: of two that retry it, the second one waits and finds nothing.
        deleted = delete(FAILED_JOBS).where(FAILED_JOBS.c.id == id).returning(*FAILED_JOBS.c)
        return (await self._session.execute(deleted)).first()

    @asynccontextmanager
    async def _writing(self) -> AsyncIterator[None]:
        with naming_missing_tables():
            async with writing(self._session, jobs_metadata):
                yield


def _named(name: str) -> Sequence[ColumnElement[bool]]:
    return [FAILED_JOBS.c.name == name] if name else []
