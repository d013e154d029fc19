"""What is special about stores in a database: sessions, locks, connections."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts_schema import Login, Token, User, database
from auth_shop import Stores
from sqlalchemy import MetaData, select, text
from sqlalchemy.orm import Mapped, mapped_column

from ftf.http.auth import InvalidAuthError
from ftf.http.auth.orm import (
    Authenticatable,
    LoginSessionColumns,
    OrmAccounts,
    OrmApiTokens,
    OrmLogins,
)
from ftf.orm import Base, session_factory, transaction


@pytest.fixture
async def session(engine):
    async with session_factory(engine)() as session:
        yield session


@pytest.fixture
async def in_request(engine, session, world_on):
    """The user, and stores that are given the session of a request."""
    made, world = session_factory(engine), await world_on(engine)
    return world, OrmAccounts(User, User.email, made, session), OrmLogins(Login, made, session)


async def test_edge_s33_an_open_transaction_of_the_request_is_named_and_not_waited_for(
    in_request, session, engine
):
    world, accounts, logins = in_request
    row = await world.login()
    other = replace(row, id="B" * 22)
    async with transaction(session):
        if engine.dialect.name == "sqlite":
            with pytest.raises(InvalidAuthError, match=r"locks SQLite.*\n.*session=session"):
                await logins.add(other)
            with pytest.raises(InvalidAuthError, match="locks SQLite"):
                await accounts.raise_version(world.user)
            later = row.created_at + timedelta(hours=1)
            await logins.touch(row.id, later, later, later)
            assert await logins.find(row.id) == row
        await logins.add(other, session=session)
    assert await logins.find(other.id) == other


async def test_sessions_that_share_a_connection_do_not_wait_for_each_other(engine, world_of):
    async with engine.connect() as connection, connection.begin() as outer:
        made = session_factory(connection)
        made.configure(join_transaction_mode="create_savepoint")
        async with made() as request:
            accounts, logins = (
                OrmAccounts(User, User.email, made, request),
                OrmLogins(Login, made, request),
            )
            world = await world_of(Stores(accounts, logins, OrmApiTokens(Token, made, request)))
            await request.execute(select(User))
            row = await world.login()
            assert await logins.find(row.id) == row
        await outer.rollback()
    assert await OrmLogins(Login, session_factory(engine)).find(row.id) is None


async def test_edge_s33_a_login_in_the_transaction_of_the_request_ends_with_it(in_request, session):
    world, _, logins = in_request
    row = await world.login()
    with pytest.raises(LookupError):
        async with transaction(session):
            await logins.add(replace(row, id="B" * 22), replaces=row.id, session=session)
            raise LookupError
    assert await logins.find("B" * 22) is None
    assert (await logins.find(row.id)).revoked_at is None


async def test_reads_of_the_request_lock_nothing(in_request, session):
    world, accounts, logins = in_request
    row = await world.login()
    user = await accounts.find(world.user)
    assert user in session
    assert await logins.revoke(row.id, world.clock.now(), "logout")


async def test_edge_s34_the_user_is_loaded_in_what_the_request_has_open_and_else_not_kept_open(
    in_request, session
):
    world, accounts, _ = in_request
    await accounts.find(world.user)
    assert not session.in_transaction()
    with pytest.raises(LookupError):
        async with transaction(session):
            (await accounts.find(world.user)).is_active = False
            await accounts.find(world.user)
            assert session.in_transaction()
            raise LookupError
    assert accounts.is_active(await accounts.find_apart(world.user))


async def test_what_a_store_writes_stays_where_the_request_is_rolled_back(in_request, session):
    world, accounts, logins = in_request
    row = await world.login()
    await accounts.find(world.user)
    await logins.revoke(row.id, world.clock.now(), "reuse")
    await session.rollback()
    assert (await logins.find(row.id)).revoked_for == "reuse"


async def test_edge_s34_no_method_needs_a_second_connection(database_url, world_on):
    async with database(database_url, pool_size=1, max_overflow=0) as engine:
        world = await world_on(engine)
        token = world.tokens.refresh_token(await world.login())
        await asyncio.gather(*(world.refresh(token) for _ in range(20)))


async def test_edge_s28_a_busy_writer_is_not_waited_for(in_request, engine):
    world, _, logins = in_request
    row = await world.login()
    later = row.created_at + timedelta(hours=1)
    async with engine.connect() as writer:
        await writer.execute(text("UPDATE logins SET client = 'x'"))
        await logins.touch(row.id, later, later, later)
        await writer.rollback()
    assert (await logins.find(row.id)).last_seen_at == row.last_seen_at
    await logins.touch(row.id, later, later, later)
    assert (await logins.find(row.id)).last_seen_at == later
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            found = await connection.execute(text("PRAGMA busy_timeout"))
            assert found.scalar_one() == 15_000


async def test_a_deleted_user_is_not_found(in_request, session):
    world, accounts, _ = in_request
    async with transaction(session):
        (await session.get(User, int(world.user))).deleted_at = world.clock.now()
    assert await accounts.find(world.user) is None
    assert await accounts.find_by_name("ada@example.com") is None


async def test_the_logins_of_a_deleted_user_are_deleted(world_on, engine):
    world = await world_on(engine)
    row = await world.login()
    await world.stores.delete(world.user)
    assert await world.rows.find(row.id) is None


class Apart(Base):
    __abstract__ = True
    metadata = MetaData()


class Two(Authenticatable, Apart):
    __tablename__ = "users_with_two_keys"

    one: Mapped[int] = mapped_column(primary_key=True)
    two: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Orphan(LoginSessionColumns, Apart):
    __tablename__ = "logins_of_nobody"


def test_models_that_do_not_fit_are_refused():
    with pytest.raises(InvalidAuthError, match="The model Two has no single key"):
        OrmAccounts(Two, Two.name, None)
    with pytest.raises(InvalidAuthError, match="The model Orphan has no user_id"):
        OrmLogins(Orphan, None)
