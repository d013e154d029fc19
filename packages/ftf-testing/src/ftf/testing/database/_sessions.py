"""The sessions of a test, on the connection whose transaction is rolled back."""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import Connection, Engine, event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker

from .._application_lines import application_line
from ._deferred_constraints import DeferredConstraints

type Bind = AsyncConnection | AsyncEngine | Connection | Engine
type SessionFactory = async_sessionmaker[AsyncSession] | sessionmaker[Session]


class OpenSessions:
    """The sessions with an open transaction, each with the line that began it.

    Args:
        deferred: The constraints that are checked when one of them commits.
    """

    def __init__(self, deferred: DeferredConstraints) -> None:
        self._deferred = deferred
        self._lines: dict[Session, str] = {}
        self._watched: dict[type[Session], type[Session]] = {}

    def forget(self) -> list[str]:
        """Return where the open transactions began, and forget their sessions."""
        lines = list(self._lines.values())
        self._lines.clear()
        return [f"a session is still open: {line}" for line in lines]

    def watched(self, kind: type[Session]) -> type[Session]:
        """Return a subclass whose sessions are watched, the same one every time."""
        if kind not in self._watched:
            # Listeners of a subclass are not called for the project's other sessions.
            watched = self._watched[kind] = type(kind.__name__, (kind,), {})
            event.listen(watched, "after_transaction_create", self._begun)
            event.listen(watched, "after_transaction_end", self._ended)
            self._deferred.check_commits(watched)
        return self._watched[kind]

    def _begun(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            self._lines[session] = application_line()

    def _ended(self, session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            self._lines.pop(session, None)


def engine_key(engine: AsyncEngine | Engine) -> object:
    """Return the key of an engine in containers."""
    return AsyncEngine if isinstance(engine, AsyncEngine) else Engine


def factory_key(bind: Bind) -> object:
    """Return the key of a session factory in containers."""
    sync = isinstance(bind, Connection | Engine)
    return sessionmaker[Session] if sync else async_sessionmaker[AsyncSession]


def session_factory(bind: Bind, options: Mapping[str, object]) -> SessionFactory:
    """Return a session factory, sync or async as its bind is."""
    maker = sessionmaker if isinstance(bind, Connection | Engine) else async_sessionmaker
    return cast("SessionFactory", maker(**cast("Any", {**options, "bind": bind})))


def joined_sessions(
    connection: AsyncConnection | Connection, options: Mapping[str, object], opened: OpenSessions
) -> SessionFactory:
    """Return a session factory whose transactions are savepoints of the connection's."""
    # commit() and rollback() of a session end a savepoint, not the test's transaction.
    given = {**options, "join_transaction_mode": "create_savepoint"}
    if isinstance(connection, Connection):
        given["class_"] = opened.watched(cast("type[Session]", options.get("class_", Session)))
    else:
        outer = cast("type[AsyncSession]", options.get("class_", AsyncSession))
        inner = cast("type[Session]", options.get("sync_session_class", outer.sync_session_class))
        given["sync_session_class"] = opened.watched(inner)
    return session_factory(connection, given)
