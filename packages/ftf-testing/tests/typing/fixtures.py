"""What type checkers must make of a user's tests, by the types of the fixtures; never executed."""

from collections.abc import Awaitable, Callable, Mapping
from typing import assert_type

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from ftf.container import Container
from ftf.testing import (
    ActingAs,
    ASGIApplication,
    CommandLine,
    Factory,
    FactoryMaker,
    Migrations,
    Override,
    QueryCounter,
    StreamingTransport,
)


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)


class UserFactory(Factory[User]): ...


@pytest.fixture
def auth_headers(db_session: AsyncSession) -> Callable[[User], Awaitable[Mapping[str, str]]]:
    async def headers(user: User) -> Mapping[str, str]:
        await db_session.flush()
        return {"Authorization": f"Bearer {user.id}"}

    return headers


async def test_application(
    app: ASGIApplication,
    client: httpx.AsyncClient,
    acting_as: ActingAs,
    transport: StreamingTransport,
) -> None:
    assert_type(acting_as(User(id=1)), httpx.AsyncClient)
    assert_type(await client.get("/"), httpx.Response)
    StreamingTransport(app, raise_app_exceptions=False)
    await transport.aclose()


async def test_commands(cli: CommandLine) -> None:
    assert_type((await cli("list")).exit_code, int)


def test_services(container: Container, override: Override, query_counter: QueryCounter) -> None:
    override(User, User(id=1))
    assert_type(container.resolve(User), User)
    assert_type(query_counter == 0, bool)


async def test_database(
    db_session: AsyncSession,
    db_sessions: async_sessionmaker[AsyncSession],
    db_connection: AsyncConnection,
    db_engine: AsyncEngine,
) -> None:
    async with db_sessions() as other, db_engine.connect() as connection:
        assert_type(other, AsyncSession)
        assert_type(connection, AsyncConnection)
    await db_session.connection()
    await db_connection.get_isolation_level()


async def test_records(factory: FactoryMaker) -> None:
    assert_type(factory(UserFactory), UserFactory)
    assert_type(await factory(UserFactory).create(), User)
    factory(User)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def test_migrations(migrations: Migrations) -> None:
    assert_type(migrations.check(), None)
