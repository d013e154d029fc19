"""`session_factory`: sessions whose records stay readable after a commit."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Session

from ..engine._replicas import replicas_of
from ._routing import RoutingSession

CURSOR_KEY = "ftf.orm.cursor_key"  # in the info of a session


def session_factory(
    engine: AsyncEngine, *, cursor_key: str | bytes | None = None
) -> async_sessionmaker[AsyncSession]:
    """Create a factory of sessions for repositories.

    A commit does not expire loaded values, because async code cannot load them again by reading
    an attribute. If the engine has replicas, a session reads from one of them until it writes,
    outside of transactions; see `using_primary`.

    Args:
        engine: The engine that the sessions take connections from.
        cursor_key: A secret that signs the cursors of `cursor_paginate`.

    Returns:
        The factory: `async with session_factory(engine)() as session: ...`.

    Raises:
        ValueError: The key is empty.
    """
    info = {} if cursor_key is None else {CURSOR_KEY: secret(cursor_key, "cursor_key")}
    kind = RoutingSession if replicas_of(engine.sync_engine).engines else Session
    return async_sessionmaker(engine, expire_on_commit=False, info=info, sync_session_class=kind)


def secret(key: str | bytes, name: str) -> bytes:
    """Return a key as bytes.

    Raises:
        ValueError: It is empty, so that it would sign nothing.
    """
    if not key:
        raise ValueError(f"{name} is empty: pass a secret, or None for cursors without a signature")
    return key.encode() if isinstance(key, str) else key


def refuse_expiring(session: AsyncSession, repository: str) -> None:
    """Raise if a session expires records on commit.

    Raises:
        ValueError: The session has expire_on_commit=True.
    """
    if session.sync_session.expire_on_commit:
        raise ValueError(
            f"{repository} cannot work in a session that expires records on commit, because async "
            "code cannot load them again by reading an attribute: create it with "
            "ftf.orm.session_factory(engine)() or AsyncSession(engine, expire_on_commit=False)"
        )
