"""A write of a repository: committed when nobody above it will, undone when it fails."""

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager

from sqlalchemy import MetaData, event, inspect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransactionOrigin
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.base import NO_VALUE

from ._errors import typed_errors
from ._session import exclusive_use, open_transaction

type _Loaded = list[tuple[object, Mapping[str, object]]]

_KEPT = "ftf.orm.kept"


@asynccontextmanager
async def writing(session: AsyncSession, metadata: MetaData) -> AsyncIterator[None]:
    """Flush what the body does, and commit it unless somebody above will.

    A failure undoes the body alone: the session stays usable, a transaction around it open, and
    what was loaded stays loaded.

    Args:
        session: The session to write in.
        metadata: The tables that are written.
    """
    with exclusive_use(session), typed_errors(metadata), _keep_loaded(session.sync_session):
        if _somebody_commits(session):
            async with _savepoint(session):
                yield
            return
        try:
            yield
            await session.commit()
        except BaseException:
            await session.rollback()
            raise


@asynccontextmanager
async def _savepoint(session: AsyncSession) -> AsyncIterator[None]:
    sync = session.sync_session
    # begin_nested() flushes first, unless a flush is going on: what was changed before the call
    # has to fail inside of the savepoint, not outside.
    sync._flushing = True  # noqa: SLF001
    try:
        async with session.begin_nested():
            sync._flushing = False  # noqa: SLF001
            yield
    finally:
        sync._flushing = False  # noqa: SLF001


def _somebody_commits(session: AsyncSession) -> bool:
    """Tell a unit of work from what SQLAlchemy begins by itself at the first statement."""
    sync = session.sync_session
    if open_transaction(session) is not None or sync.in_nested_transaction():
        return True
    begun = sync.get_transaction()
    return begun is not None and begun.origin is SessionTransactionOrigin.BEGIN


@contextmanager
def _keep_loaded(session: Session) -> Iterator[None]:
    """Give back what was loaded before a failure: a rollback makes SQLAlchemy forget it.

    Async code cannot load it again by touching it.
    """
    if _KEPT not in session.info:
        event.listen(session, "after_rollback", _remember)
    kept: _Loaded = []
    session.info[_KEPT] = kept
    try:
        yield
    except BaseException:
        for instance, values in kept:
            if instance in session:
                for name, value in values.items():
                    set_committed_value(instance, name, value)
        raise
    finally:
        session.info[_KEPT] = None


def _remember(session: Session) -> None:
    """Copy what is loaded, as it was before changes that did not reach the database."""
    kept: _Loaded | None = session.info.get(_KEPT)
    ended = session.get_nested_transaction() or session.get_transaction()
    if kept is None or ended is None:
        return
    for instance in session.identity_map.values():
        state = inspect(instance)
        if state not in ended._dirty:  # noqa: SLF001  # sent to the database and now undone
            attributes = state.mapper.attrs.keys()
            values = {**state.dict, **state.committed_state}
            kept.append(
                (
                    instance,
                    {
                        name: value
                        for name, value in values.items()
                        if name in attributes and value is not NO_VALUE
                    },
                )
            )
