"""The statements of a refresh in a database."""

from dataclasses import replace

import pytest
from accounts_schema import User
from sqlalchemy import event, text

from ftf.http.auth import InvalidGrant, MemoryAccounts


@pytest.fixture
async def world(engine, world_on):
    return await world_on(engine)


@pytest.fixture
def statements(engine):
    """What is sent to the database, but for what begins and ends transactions."""
    sent: list[str] = []

    def note(_, __, statement, *___) -> None:
        if statement.partition(" ")[0] in {"SELECT", "UPDATE", "INSERT", "DELETE"}:
            sent.append(statement)

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    return sent


async def test_a_refresh_is_two_statements_and_adds_no_row(world, statements):
    token = world.tokens.refresh_token(await world.login())
    for _ in range(3):
        statements.clear()
        token = await world.refresh(token)
        assert [each.partition(" ")[0] for each in statements] == ["SELECT", "UPDATE"]


async def test_a_token_that_is_not_genuine_is_one_statement(world, statements):
    row = await world.login()
    forged = world.tokens.refresh_token(replace(row, salt=b"another"))
    for token in (forged, forged.replace("A" * 22, "B" * 22)):
        statements.clear()
        with pytest.raises(InvalidGrant, match="400"):
            await world.refresh(token)
        assert [each.partition(" ")[0] for each in statements] == ["SELECT"]


@pytest.mark.parametrize(
    "change", ["is_active = FALSE", "auth_version = 2", "deleted_at = CURRENT_TIMESTAMP"]
)
async def test_a_user_who_may_not_log_in_refreshes_nothing(world, engine, change):
    token = world.tokens.refresh_token(await world.login())
    async with engine.begin() as connection:
        await connection.execute(text(f"UPDATE {User.__tablename__} SET {change}"))  # noqa: S608
    with pytest.raises(InvalidGrant, match="400") as caught:
        await world.refresh(token)
    assert caught.value.has_ended


async def test_users_in_another_store_are_found_there(world):
    accounts = MemoryAccounts()
    await accounts.add("ada@example.com", "!")
    world.stores = replace(world.stores, accounts=accounts)
    row = await world.login()
    assert await world.refresh(world.tokens.refresh_token(row))
    unknown = world.tokens.refresh_token(row).replace("A" * 22, "B" * 22)
    with pytest.raises(InvalidGrant, match="400"):
        await world.refresh(unknown)
