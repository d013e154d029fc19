"""Sessions whose records stay readable after a commit."""

from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker


def session_factory(engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
    """Make a factory of sessions that repositories can work in.

    A commit does not expire what was loaded, because async code cannot load it again by reading
    an attribute.

    Args:
        engine: The engine that the sessions take connections from.

    Returns:
        The factory: `async with session_factory(engine)() as session: ...`.
    """
    return async_sessionmaker(engine, expire_on_commit=False)


def refuse_expiring(session: AsyncSession, repository: str) -> None:
    """Refuse a session that expires records when it commits.

    Raises:
        ValueError: It does.
    """
    if session.sync_session.expire_on_commit:
        raise ValueError(
            f"{repository} cannot work in a session that expires records on commit, because async "
            "code cannot load them again by reading an attribute: make it with "
            "ftf.orm.session_factory(engine)() or AsyncSession(engine, expire_on_commit=False)"
        )
