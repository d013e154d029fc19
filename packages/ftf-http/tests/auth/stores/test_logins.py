"""What every store of logins does."""

from dataclasses import replace
from datetime import timedelta

from ftf.http.auth import LoginSessions


def keys(rows) -> list[str]:
    return [row.id for row in rows]


async def test_a_row_is_stored_as_it_is(world):
    row = await world.login(client="mobile", methods=("pwd", "otp"), scopes=("a:b", "c"))
    assert await world.rows.find(row.id) == row
    assert await world.rows.find("B" * 22) is None


async def test_a_row_is_rotated_from_its_generation_only_while_it_is_alive(world):
    now, row = world.clock.now(), await world.login()
    for generation, at, done in [
        (1, now, False),
        (0, row.idle_expires_at, False),
        (0, now, True),
        (0, now, False),
    ]:
        assert await world.rows.rotate(row.id, generation, at, row.idle_expires_at) is done
    assert await world.rows.revoke(row.id, now, "logout")
    assert not await world.rows.rotate(row.id, 1, now, row.idle_expires_at)
    assert not await world.rows.rotate("B" * 22, 0, now, row.idle_expires_at)


async def test_a_row_is_revoked_once(world):
    row = await world.login()
    assert await world.rows.revoke(row.id, world.clock.now(), "logout")
    world.clock.advance(seconds=1)
    assert not await world.rows.revoke(row.id, world.clock.now(), "reuse")
    assert not await world.rows.revoke("B" * 22, world.clock.now(), "logout")
    stored = await world.rows.find(row.id)
    assert stored == replace(row, revoked_at=row.created_at, revoked_for="logout")


async def test_edge_s50_a_row_that_replaces_another_ends_it(world):
    old = await world.login()
    await world.rows.add(replace(old, id="B" * 22), replaces=old.id)
    assert (await world.rows.find(old.id)).revoked_for == "replaced"
    assert keys(await world.rows.of_user(world.user, world.clock.now())) == ["B" * 22]


async def test_edge_s35_all_rows_of_a_user_but_one_are_revoked(world):
    other = await world.stores.accounts.add("bob@example.com", "!")
    theirs = await world.login("C" * 22, user=world.stores.accounts.subject_of(other))
    kept, *_ = [await world.login(key * 22) for key in "ABD"]
    assert await world.rows.revoke_all(world.user, world.clock.now(), "x", besides=kept.id) == 2
    now = world.clock.now()
    assert keys(await world.rows.of_user(world.user, now)) == [kept.id]
    assert keys(await world.rows.of_user(theirs.user, now)) == [theirs.id]
    assert await world.rows.revoke_all(world.user, now, "password") == 1


async def test_a_row_gets_another_version_unless_it_was_revoked(world):
    row = await world.login()
    assert await world.rows.renew(row.id, 7)
    assert (await world.rows.find(row.id)).auth_version == 7
    await world.rows.revoke(row.id, world.clock.now(), "logout")
    assert not await world.rows.renew(row.id, 8)
    assert not await world.rows.renew("B" * 22, 8)


async def test_living_rows_are_listed_by_their_last_use(world):
    for key in "ABC":
        await world.login(key * 22)
        world.clock.advance(hours=1)
    await world.login("D" * 22, idle_expires_at=world.clock.now())
    await world.rows.revoke("B" * 22, world.clock.now(), "logout")
    listed = await world.rows.of_user(world.user, world.clock.now())
    assert keys(listed) == ["C" * 22, "A" * 22]


async def touch(rows: LoginSessions, key: str, world) -> None:
    now = world.clock.now()
    await rows.touch(key, now, now - timedelta(seconds=60), now + timedelta(days=1))


async def test_edge_s28_the_last_use_is_written_once_a_minute(world):
    row = await world.login()
    for seconds in range(0, 130, 10):
        world.clock.at = row.created_at + timedelta(seconds=seconds)
        await touch(world.rows, row.id, world)
    stored = await world.rows.find(row.id)
    assert stored.last_seen_at == row.created_at + timedelta(seconds=70)
    assert stored.idle_expires_at == stored.last_seen_at + timedelta(days=1)


async def test_a_row_that_has_ended_is_not_touched(world):
    row = await world.login()
    await world.rows.revoke(row.id, world.clock.now(), "logout")
    world.clock.advance(hours=1)
    await touch(world.rows, row.id, world)
    assert (await world.rows.find(row.id)).last_seen_at == row.last_seen_at
    await touch(world.rows, "B" * 22, world)


async def test_edge_s36_rows_are_pruned_in_batches_and_never_living_ones(world):
    now = world.clock.now()
    for key in "ABCDE":
        await world.login(key * 22, idle_expires_at=now + timedelta(hours=ord(key)))
    await world.login("F" * 22, expires_at=now)
    await world.login("G" * 22, revoked_at=now, revoked_for="logout")
    at = now + timedelta(hours=ord("B"))
    assert [await world.rows.prune(at, 3) for _ in range(3)] == [3, 1, 0]
    assert keys(await world.rows.of_user(world.user, now)) == ["E" * 22, "D" * 22, "C" * 22]
