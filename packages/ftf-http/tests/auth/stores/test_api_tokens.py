"""What every store of API tokens does."""

from datetime import timedelta

import pytest

from ftf.http.auth import ApiToken


@pytest.fixture
async def made(world):
    """Store a token of the user."""

    async def stored(key: str, **values: object) -> ApiToken:
        token = ApiToken(
            **{
                "id": key * 22,
                "user": world.user,
                "name": "backup",
                "digest": key.encode() * 32,
                "scopes": ("posts:read", "posts:write"),
                "created_at": world.clock.now(),
                "expires_at": None,
            }
            | values
        )
        await world.stores.api_tokens.add(token)
        return token

    return stored


async def test_a_token_is_found_by_its_digest(world, made):
    token = await made("A", expires_at=world.clock.now() + timedelta(days=90))
    assert await world.stores.api_tokens.find(token.digest) == token
    assert await world.stores.api_tokens.find(b"B" * 32) is None
    assert "AAAA" not in repr(token).replace(token.id, "")


async def test_tokens_are_those_of_one_user_the_newest_first(world, made):
    store = world.stores.api_tokens
    other = world.stores.accounts.subject_of(await world.stores.accounts.add("bob", "!"))
    for key in "AB":
        await made(key)
        world.clock.advance(seconds=1)
    theirs = await made("C", user=other)
    assert [each.id[0] for each in await store.of_user(world.user)] == ["B", "A"]
    assert not await store.remove(world.user, theirs.id)
    assert await store.remove(other, theirs.id)
    assert not await store.remove(other, theirs.id)
    assert await store.of_user(other) == []


async def test_edge_s47_the_last_use_is_written_once_a_minute(world, made):
    store, token = world.stores.api_tokens, await made("A")
    start = world.clock.now()
    for seconds in range(0, 130, 10):
        now = start + timedelta(seconds=seconds)
        await store.touch(token.id, now, now - timedelta(seconds=60))
    found = await store.find(token.digest)
    assert found.last_used_at == start + timedelta(seconds=70)
