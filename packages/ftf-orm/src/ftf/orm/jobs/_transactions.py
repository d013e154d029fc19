"""The transaction that a job is enqueued in."""

import re
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Final

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import OpenTransaction, Scope

from ..engine._driver_errors import driver_code, typed_errors
from ..exceptions import TransactionMisuse
from ..transactions._operation import writing
from ..transactions._savepoint import savepoint
from ..transactions._session_state import SessionState, exclusive_use, has_explicit_transaction
from ..transactions._transaction import Transaction
from ._tables import jobs_metadata
from .exceptions import JobTablesMissing

_LACKS: Final = re.compile(r"no such (table|column)|has no column")
_LACKS_ON_POSTGRES: Final = {"42703", "42P01"}  # undefined column, undefined table


@asynccontextmanager
async def joining(
    scope: Scope, after: OpenTransaction | None, committed: Callable[[], object]
) -> AsyncIterator[AsyncSession]:
    """Write in the transaction of a scope, or commit what the body writes if it has none.

    What fails in an open transaction rolls it back: without its jobs the data is not stored.

    Args:
        scope: The scope.
        after: The transaction, if it is not the one that was opened last in the scope.
        committed: Is called once the transaction is committed.

    Raises:
        TransactionMisuse: The transaction is not one of this package, or it has ended.
        JobTablesMissing: The database lacks the tables of jobs.
    """
    opened = scope.units.transaction if after is None else after
    if opened is None:
        session, units = await scope.aresolve(AsyncSession), scope.units
        if units and not has_explicit_transaction(session):
            units.defer(committed)
            if session not in units:
                units.add(session)
            block = _in_unit(session)
        else:
            block = _in_session(session, committed)
    else:
        session = _session_of(opened)
        opened.after_commit(committed)
        block = _in_transaction(session)
    with naming_missing_tables():
        async with block:
            SessionState.of(session).has_written = True
            yield session


@contextmanager
def naming_missing_tables() -> Iterator[None]:
    """Raise `JobTablesMissing` in place of what a driver raises then."""
    try:
        yield
    except DBAPIError as error:
        if driver_code(error) in _LACKS_ON_POSTGRES or _LACKS.search(str(error.orig)):
            raise JobTablesMissing(str(error.orig)) from error
        raise


async def refuse_missing_tables(engine: AsyncEngine) -> None:
    """Check that a database has all tables of jobs, with the columns of this release.

    Raises:
        JobTablesMissing: It lacks one.
    """
    with naming_missing_tables():
        async with engine.connect() as connection:
            for table in jobs_metadata.sorted_tables:
                await connection.execute(select(table).limit(0))


def _session_of(transaction: OpenTransaction) -> AsyncSession:
    if isinstance(transaction, Transaction):
        return transaction.session
    raise TransactionMisuse(
        f"{type(transaction).__qualname__} is not a transaction of ftf.orm, which a job could be "
        "stored in: pass `after=` one that `ftf.orm.transaction` opened"
    )


@asynccontextmanager
async def _in_session(
    session: AsyncSession, committed: Callable[[], object]
) -> AsyncIterator[None]:
    if has_explicit_transaction(session):  # of session.begin(), which tells nothing about its end
        async with _in_transaction(session):
            yield
        return
    async with writing(session, jobs_metadata):
        yield
    committed()


@asynccontextmanager
async def _in_unit(session: AsyncSession) -> AsyncIterator[None]:
    with exclusive_use(session), typed_errors(jobs_metadata):
        async with savepoint(session):
            yield


@asynccontextmanager
async def _in_transaction(session: AsyncSession) -> AsyncIterator[None]:
    with exclusive_use(session), typed_errors(jobs_metadata):
        try:
            yield
        except BaseException:
            # PostgreSQL would answer COMMIT by a rollback, and nothing would say so.
            await (session.get_nested_transaction() or session).rollback()
            raise
