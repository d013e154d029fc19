"""API tokens: how they are spelled, made, listed and revoked."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from random import Random

import pytest
from token_mutations import mutated

from ftf.http import Injected
from ftf.http.auth import (
    ApiTokens,
    Identity,
    MemoryApiTokens,
    ScopeNotAllowed,
    UnknownApiToken,
)
from ftf.http.auth.api_tokens._text import digest_of, new_text  # noqa: PLC2701  # without a request

ROUNDS = 5_000
ADA = Identity(subject="7", guard="api")


@pytest.fixture
def store() -> MemoryApiTokens:
    return MemoryApiTokens()


@pytest.fixture
def tokens(store, clock) -> ApiTokens:
    return ApiTokens(store, clock)


def test_a_text_has_a_prefix_and_a_checksum_and_its_digest_is_stored():
    text = new_text()
    assert text.startswith("ftp_")
    assert len(text) == 4 + 43 + 6
    assert digest_of(text) == sha256(text.encode()).digest()
    assert text != new_text()


@pytest.mark.parametrize("text", ["", "ftp_", "x" * 5_000, "ftp_" + "0" * 49, "ftp_" + "é" * 49])
def test_edge_s47_what_no_token_can_be_has_no_digest(text):
    assert digest_of(text) is None


def test_edge_s47_and_s5_a_typing_error_is_seen_without_a_query():
    text, random = new_text(), Random(7)  # noqa: S311  # repeatable
    for _ in range(ROUNDS):
        other = mutated(random, text)
        assert other == text or digest_of(other) is None, repr(other)


async def test_a_token_is_shown_once_and_stored_as_its_digest(tokens, store, clock):
    made = await tokens.create(ADA, "backup", ["posts:read"])
    (stored,) = await tokens.list(ADA)
    assert stored == made.token
    assert stored.digest == digest_of(made.text)
    assert (stored.user, stored.name, stored.scopes) == ("7", "backup", ("posts:read",))
    assert stored.expires_at == clock.now() + timedelta(days=90)
    assert made.text not in repr(made)


async def test_a_token_without_an_end_is_asked_for(tokens):
    made = await tokens.create(ADA, "for ever", ["*"], lifetime=None)
    assert made.token.expires_at is None


@pytest.mark.parametrize("scopes", [["posts:*"], ["posts:read:all"], ["Posts:read"], ["*"], [""]])
async def test_edge_s48_a_token_allows_no_more_than_the_credential_that_makes_it(tokens, scopes):
    owner = replace(ADA, scopes=frozenset({"posts:read"}))
    with pytest.raises(ScopeNotAllowed, match="403") as caught:
        await tokens.create(owner, "more", ["posts:read", *scopes])
    assert caught.value.scopes == tuple(scopes)
    assert (await tokens.create(owner, "as much", ["posts:read"])).token.scopes == ("posts:read",)


async def test_a_program_has_no_tokens_of_a_user(tokens):
    program = replace(ADA, subject="client:cron")
    with pytest.raises(ScopeNotAllowed, match="403"):
        await tokens.create(program, "backup", [])
    assert await tokens.list(program) == []


REFUSED = [
    *({"scopes": [scope]} for scope in ("", "a b", " a", "a\0", "é", '"', "\ud800", "x" * 101)),
    {"scopes": ["a"] * 101},
    *({"name": name} for name in ("", "x" * 101, "a\0", "\ud800", "a\nb")),
    *({"lifetime": timedelta(days=days)} for days in (0, -1, 999_999_999)),
]


@pytest.mark.parametrize("asked", REFUSED)
async def test_edge_s48_a_token_that_cannot_be_made_is_a_422_that_points_to_its_field(
    serve, memory_shop, asked
):
    shop = memory_shop

    @shop.app.post("/tokens")
    async def create(tokens: Injected[ApiTokens]) -> str:
        return (await tokens.create(ADA, **{"name": "n", "scopes": ["a"], **asked})).text

    async with serve(shop.app) as client:
        answer = await client.post("/tokens")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == f"/{next(iter(asked))}"


async def test_edge_s35_a_token_of_another_user_is_not_found(tokens):
    made = await tokens.create(ADA, "backup", ["a"])
    with pytest.raises(UnknownApiToken, match="404") as caught:
        await tokens.revoke(replace(ADA, subject="8"), made.token.id)
    assert caught.value.token_id == made.token.id
    await tokens.revoke(ADA, made.token.id)
    assert await tokens.list(ADA) == []
