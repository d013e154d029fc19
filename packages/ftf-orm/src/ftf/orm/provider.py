"""`DatabaseProvider`, which registers the engine and its sessions in the container."""

from collections.abc import AsyncIterator, Callable, Sequence
from typing import NewType, cast

from sqlalchemy import URL
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from ftf.container import Container, Factory, ServiceProvider, UnitsOfWork

from .engine._engine import create_engine
from .repository._plain import Repository
from .repository._repository import BaseRepository
from .transactions._closing import close
from .transactions._session_factory import session_factory
from .transactions._session_state import SessionState

_FoundUrl = NewType("_FoundUrl", object)


class DatabaseProvider(ServiceProvider):
    """Registers an engine and a session factory as singletons, and a session for each scope.

    Args:
        url: The URL of the database, or a function that returns it. The parameters of that are
            services, such as the settings; it is called when the engine is made.
        pgbouncer: Whether connections go through PgBouncer.
        replicas: The URLs of read replicas.
        cursor_key: A secret that signs the cursors of `cursor_paginate`.
        options: Arguments of SQLAlchemy's `create_async_engine`.
    """

    priority = -100  # what other providers boot may need the database

    def __init__(
        self,
        url: str | URL | Callable[..., str | URL],
        *,
        pgbouncer: bool = False,
        replicas: Sequence[str | URL] = (),
        cursor_key: str | bytes | None = None,
        **options: object,
    ) -> None:
        self.url = url
        self.pgbouncer = pgbouncer
        self.replicas = replicas
        self.cursor_key = cursor_key
        self.options = options

    def register(self, container: Container) -> None:
        """Register the engine, the session factory and the session."""
        if isinstance(self.url, str | URL):
            container.register(AsyncEngine, self._open_engine, scope="singleton")
        else:
            container.register(_FoundUrl, cast("Factory[_FoundUrl]", self.url), scope="singleton")
            container.register(AsyncEngine, self._engine_at, scope="singleton")
        container.register(
            async_sessionmaker[AsyncSession], self._session_factory, scope="singleton"
        )
        container.register(AsyncSession, _open_session, scope="scoped")
        container.register(BaseRepository, Repository)

    def _open_engine(self) -> AsyncEngine:
        return self._engine_at(_FoundUrl(self.url))

    def _engine_at(self, url: _FoundUrl) -> AsyncEngine:
        return create_engine(
            cast("str | URL", url),
            pgbouncer=self.pgbouncer,
            replicas=self.replicas,
            **self.options,
        )

    def _session_factory(self, engine: AsyncEngine) -> async_sessionmaker[AsyncSession]:
        return session_factory(engine, cursor_key=self.cursor_key)


async def _open_session(
    factory: async_sessionmaker[AsyncSession], units: UnitsOfWork
) -> AsyncIterator[AsyncSession]:
    # close_resets_only=False: a task that still uses it would check out another connection.
    session = factory(close_resets_only=False)
    SessionState.of(session).units = units
    try:
        yield session
    finally:
        await close(session)
