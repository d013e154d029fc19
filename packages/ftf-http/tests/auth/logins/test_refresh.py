"""Refresh tokens: one winner, the same successor for a retry, and the end of a stolen login."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest

from ftf.http.auth import (
    InvalidGrant,
    KeyRing,
    RefreshAhead,
    RefreshRetried,
    RefreshReused,
    Secret,
)

OTHER = Secret(sha256(b"other").digest())


async def refused(world, token: str, client: str | None = None) -> bool:
    """Whether a refused token is that of a login that has ended."""
    with pytest.raises(InvalidGrant, match="400") as caught:
        await world.refresh(token, client)
    return caught.value.has_ended


async def test_a_token_becomes_the_next_one_and_moves_only_the_idle_end(world):
    row = await world.login()
    world.clock.advance(days=10)
    second = await world.refresh(world.tokens.refresh_token(row))
    stored = await world.rows.find(row.id)
    assert second == world.tokens.refresh_token(replace(row, generation=1))
    assert stored == replace(
        row,
        generation=1,
        rotated_at=world.clock.now(),
        last_seen_at=world.clock.now(),
        idle_expires_at=world.clock.now() + world.options.idle,
    )
    assert world.events == []


async def test_edge_s19_fifty_refreshes_at_once_make_one_increment_and_one_successor(world):
    row = await world.login()
    token = world.tokens.refresh_token(row)
    successors = await asyncio.gather(*(world.refresh(token) for _ in range(50)))
    assert set(successors) == {world.tokens.refresh_token(replace(row, generation=1))}
    assert (await world.rows.find(row.id)).generation == 1


async def test_edge_s20_a_predecessor_at_the_end_of_the_grace_gets_the_same_successor(world):
    row = await world.login()
    first = world.tokens.refresh_token(row)
    second = await world.refresh(first)
    world.clock.advance(seconds=30)
    assert await world.refresh(first) == second
    assert world.events == [
        RefreshRetried(session_id=row.id, user=world.user, ip="198.51.100.2", known_ip="192.0.2.1")
    ]


async def test_edge_s20_a_second_later_the_login_has_ended(world):
    first = world.tokens.refresh_token(await world.login())
    second = await world.refresh(first)
    world.clock.advance(seconds=31)
    assert await refused(world, first)
    assert await refused(world, second)


async def test_edge_s20_without_a_grace_a_predecessor_ends_the_login_at_once(world):
    world.options = replace(world.options, grace=timedelta(0))
    first = world.tokens.refresh_token(await world.login())
    await world.refresh(first)
    assert await refused(world, first)


async def test_edge_s20_two_generations_back_ends_the_login_within_the_grace(world):
    first = world.tokens.refresh_token(await world.login())
    third = await world.refresh(await world.refresh(first))
    assert await refused(world, first)
    assert await refused(world, third)


async def test_edge_s21_who_lost_the_response_gets_it_again(world):
    row = await world.login()
    now = world.clock.now()
    # The compare-and-set of a process that was killed before it answered.
    assert await world.rows.rotate(row.id, 0, now, now + world.options.idle)
    second = await world.refresh(world.tokens.refresh_token(row))
    assert await world.refresh(second)


async def test_edge_s22_an_old_token_is_reported_once(world):
    row = await world.login()
    first = world.tokens.refresh_token(row)
    await world.refresh(await world.refresh(first))
    outcomes = await asyncio.gather(
        *(world.refresh(first) for _ in range(10)), return_exceptions=True
    )
    assert all(isinstance(each, InvalidGrant) and each.has_ended for each in outcomes)
    assert [type(event) for event in world.events] == [RefreshReused]
    stored = await world.rows.find(row.id)
    assert (stored.revoked_at, stored.revoked_for) == (world.clock.now(), "reuse")


async def test_edge_s23_a_wrong_mac_touches_no_row(world):
    row = await world.login()
    token = world.tokens.refresh_token(row)
    wrong = token[:-1] + ("A" if token[-1] != "A" else "E")
    for _ in range(20):
        assert not await refused(world, wrong)
    assert not await refused(world, token.replace("A" * 22, "B" * 22))
    assert await world.rows.find(row.id) == row


class NoRows:
    """Rows that fail the test where they are asked for."""

    async def find(self, key: str) -> None:
        pytest.fail(f"asked for {key}")


@pytest.mark.parametrize(
    "generation", ["01", "+1", "1_0", "\u0661", "-1", str(2**63), "", "0 ", "x"]
)
async def test_edge_s24_another_spelling_of_a_generation_is_refused_without_a_query(
    world, generation
):
    head, key, _, mac = world.tokens.refresh_token(await world.login()).split(".")
    world.stores.logins = NoRows()
    assert not await refused(world, f"{head}.{key}.{generation}.{mac}")


async def test_edge_s24_other_texts_are_refused_without_a_query(world):
    token = world.tokens.refresh_token(await world.login())
    head, key, generation, mac = token.split(".")
    world.stores.logins = NoRows()
    for text in (
        "",
        token + "\n",
        f"{head}.{key}A.{generation}.{mac}",
        f"{head}.{key[:-1]}.{generation}.{mac}",
        f"ftr_unknown_.{key}.{generation}.{mac}",
        token.replace("ftr_", "ftc_"),
        token.replace("ftr_", "FTR_"),
        token + "=" * 200,
        f"{head}.{key}.{generation}.{mac}.",
    ):
        assert not await refused(world, text)


async def test_edge_s25_a_token_that_is_ahead_of_its_row_revokes_nothing(world):
    row = await world.login()
    ahead = world.tokens.refresh_token(replace(row, generation=3))
    assert not await refused(world, ahead)
    assert [type(event) for event in world.events] == [RefreshAhead]
    assert await world.rows.find(row.id) == row


async def test_edge_s16_a_secret_that_left_the_ring_ends_its_logins_and_no_other(world):
    old = world.tokens.refresh_token(await world.login("A" * 22))
    world.ring = KeyRing(OTHER, retired=[world.secret])
    new = world.tokens.refresh_token(await world.login("B" * 22))
    world.ring = KeyRing(OTHER)
    assert not await refused(world, old)
    assert await world.refresh(new)


async def test_edge_s16_a_secret_that_changes_within_the_grace_gives_two_valid_successors(world):
    first = world.tokens.refresh_token(await world.login())
    one = await world.refresh(first)
    world.ring = KeyRing(OTHER, retired=[world.secret])
    two = await world.refresh(first)
    assert one != two
    assert await world.refresh(one) == await world.refresh(two)


async def test_edge_s27_nothing_moves_the_end_of_a_login(world):
    row = await world.login()
    token = world.tokens.refresh_token(row)
    for _ in range(20):
        world.clock.advance(days=1)
        token = await world.refresh(token)
    world.clock.at = row.expires_at - timedelta(seconds=1)
    token = await world.refresh(token)
    stored = await world.rows.find(row.id)
    assert stored.idle_expires_at == stored.expires_at == row.expires_at
    world.clock.at = row.expires_at
    assert await refused(world, token)


async def test_edge_s27_a_login_that_was_not_used_ends(world):
    row = await world.login()
    token = world.tokens.refresh_token(row)
    world.clock.advance(days=14, seconds=-1)
    token = await world.refresh(token)
    world.clock.advance(days=14)
    assert await refused(world, token)


async def test_edge_s29_another_client_is_refused_and_the_row_is_alive(world):
    row = await world.login(client="mobile")
    token = world.tokens.refresh_token(row)
    assert not await refused(world, token)
    assert not await refused(world, token, "web")
    assert await world.refresh(token, "mobile")


async def test_a_cookie_has_no_refresh_token(world):
    assert not await refused(world, world.tokens.refresh_token(await world.login(kind="cookie")))


@pytest.mark.parametrize("values", [{"is_active": False}, {"auth_version": 2}])
async def test_a_user_who_is_not_active_or_has_another_version_has_no_login(world, values):
    token = world.tokens.refresh_token(await world.login())
    await world.stores.change(world.user, **values)
    assert await refused(world, token)


async def test_edge_s31_neither_a_copy_of_the_table_nor_the_key_alone_makes_a_token(world, secret):
    row = await world.login()
    without_key = KeyRing(OTHER)
    for kid in (OTHER.kid, secret.kid):
        world.ring, genuine = without_key, world.ring
        forged = world.tokens.refresh_token(row).replace(OTHER.kid, kid)
        world.ring = genuine
        assert not await refused(world, forged)
    without_salt = replace(row, salt=bytes(16))
    assert not await refused(world, world.tokens.refresh_token(without_salt))
    assert "salt" not in repr(row)


async def refresh_or_none(world, token: str) -> str | None:
    try:
        return await world.refresh(token)
    except InvalidGrant:
        return None


ENDS = {
    "logout": lambda world, row: world.rows.revoke(row.id, world.clock.now(), "logout"),
    "logout_others": lambda world, row: world.rows.revoke_all(
        world.user, world.clock.now(), "logout_others", besides="Z" * 22
    ),
    "password": lambda world, _: world.stores.accounts.set_password(world.user, "!"),
    "deactivation": lambda world, _: world.stores.change(world.user, is_active=False),
    "deletion": lambda world, _: world.stores.delete(world.user),
    "reuse": lambda world, row: refresh_or_none(world, world.tokens.refresh_token(row)),
}


@pytest.mark.parametrize("end", ENDS)
async def test_edge_s26_no_usable_token_is_left_where_a_login_ends_meanwhile(world, end):
    row = await world.login()
    token = world.tokens.refresh_token(row)
    if end == "reuse":
        token = await world.refresh(await world.refresh(token))
    _, *successors = await asyncio.gather(
        ENDS[end](world, row), *(refresh_or_none(world, token) for _ in range(5))
    )
    for each in filter(None, [token, *successors]):
        assert await refresh_or_none(world, each) is None


@pytest.mark.slow
@pytest.mark.parametrize("end", ["logout", "logout_others", "password"])
async def test_edge_s26_and_s19_no_round_of_a_race_leaves_a_usable_token(world, end):
    accounts = world.stores.accounts
    for number in range(30):
        user = await accounts.find_apart(world.user)
        row = await world.login(f"{number:022}", auth_version=accounts.version_of(user))
        token = world.tokens.refresh_token(row)
        calls = [refresh_or_none(world, token), ENDS[end](world, row)][:: number % 2 * 2 - 1]
        successors = [each for each in await asyncio.gather(*calls) if isinstance(each, str)]
        for each in [token, *successors]:
            assert await refresh_or_none(world, each) is None, number
