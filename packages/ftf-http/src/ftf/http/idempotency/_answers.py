"""The answers of idempotent requests, stored in the transaction of their work."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final, cast

from .exceptions import IdempotencyTableMissingError, KeyInUse, KeyReused

if find_spec("ftf.orm") is None or find_spec("sqlalchemy") is None:
    raise ImportError("ftf.http.idempotency needs ftf-orm: pip install 'ftf-http[orm]'")

from sqlalchemy import (
    JSON,
    Column,
    CursorResult,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)
from sqlalchemy.exc import DBAPIError

from ftf.orm import DuplicateRecord, UtcDateTime, transaction, typed_errors

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

_NAME: Final = "ftf_idempotent_answers"
_ANSWERS: Final = Table(
    _NAME,
    MetaData(),
    Column("request", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("status", Integer(), nullable=False),
    Column("headers", JSON(), nullable=False),
    Column("body", LargeBinary(), nullable=False),
    Column("stored_at", UtcDateTime(), nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that is stored.

    Args:
        status: The status of the response.
        headers: Its headers.
        body: Its body.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def add_idempotency_table(metadata: MetaData) -> None:
    """Add the table of the answers to an application's metadata, whose migrations create it then.

    Write it where the models are: `add_idempotency_table(Base.metadata)`.

    Args:
        metadata: What `run_migrations` compares with the database. A table of the name stays.
    """
    if _NAME not in metadata.tables:
        _ANSWERS.to_metadata(metadata)


async def forget_answers(
    session: "AsyncSession", *, older_than: timedelta = timedelta(hours=24)
) -> int:
    """Delete the answers that were stored a while ago; their keys are free then.

    Args:
        session: A session of the database.
        older_than: How long ago at least: longer than a client sends a request again.

    Returns:
        How many were deleted.

    Raises:
        IdempotencyTableMissingError: The database lacks the table.
    """
    statement = delete(_ANSWERS).where(_ANSWERS.c.stored_at <= datetime.now(UTC) - older_than)
    with _naming_table():
        async with transaction(session):
            with typed_errors():
                result = cast("CursorResult[Any]", await session.execute(statement))
    return result.rowcount


@asynccontextmanager
async def alone(session: "AsyncSession", request: str) -> AsyncIterator[None]:
    """Open a transaction for a request, which no other one of the same identity is in.

    Raises:
        KeyInUse: Another one is. On SQLite it is waited for instead, as any writer is.
    """
    with _naming_table():
        async with transaction(session):
            if session.get_bind().dialect.name == "postgresql":
                number = int(request[:16], 16) - (1 << 63)  # of 64 bits, with a sign
                with typed_errors():
                    locked = await session.scalar(select(func.pg_try_advisory_xact_lock(number)))
                if not locked:
                    raise KeyInUse
            yield


async def stored_answer(session: "AsyncSession", request: str, fingerprint: str) -> Answer | None:
    """Return the answer of a request that was sent before, if it was.

    Raises:
        KeyReused: The one before had another fingerprint.
    """
    with typed_errors():
        found = await session.execute(select(_ANSWERS).where(_ANSWERS.c.request == request))
    row = found.one_or_none()
    if row is None:
        return None
    if row.fingerprint != fingerprint:
        raise KeyReused
    return Answer(row.status, row.headers, row.body)


async def store_answer(
    session: "AsyncSession", request: str, fingerprint: str, answer: Answer
) -> None:
    """Store the answer of a request, in the transaction that is open.

    Raises:
        KeyInUse: Another request with the key has stored its answer since this one began.
    """
    row = {
        "request": request,
        "fingerprint": fingerprint,
        "status": answer.status,
        "headers": dict(answer.headers),
        "body": answer.body,
        "stored_at": datetime.now(UTC),
    }
    try:
        with typed_errors():
            await session.execute(insert(_ANSWERS), row)
    except DuplicateRecord as error:
        raise KeyInUse from error


@contextmanager
def _naming_table() -> Iterator[None]:
    """Raise `IdempotencyTableMissingError` in place of what a driver raises then."""
    try:
        yield
    except DBAPIError as error:
        if _NAME in str(error.orig):
            raise IdempotencyTableMissingError from error
        raise
