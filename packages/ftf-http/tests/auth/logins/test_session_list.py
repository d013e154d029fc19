"""The logins of a user: listed, ended, and what a new password does to them."""

from dataclasses import replace

import pytest
from login_desk import WORD

from ftf.http.auth import (
    InvalidGrant,
    LoggedIn,
    LoggedOut,
    LoginFailed,
    Passwords,
    UnknownLogin,
    UnusablePassword,
)


async def test_logout_ends_the_login_of_the_request(desk):
    row = await desk.only_row()
    await desk.logins.logout(desk.shop.identity(row))
    assert (await desk.rows.find(row.id)).revoked_for == "logout"
    await desk.logins.logout(desk.shop.identity(row))  # nothing is left to end
    assert [type(event) for event in desk.shop.heard] == [LoggedIn, LoggedOut]


async def test_a_credential_without_a_login_cannot_log_out(desk):
    row = await desk.only_row()
    with pytest.raises(UnknownLogin, match="404"):
        await desk.logins.logout(replace(desk.shop.identity(row), session_id=None))


async def test_edge_s35_a_login_of_another_user_is_not_found(desk):
    row = await desk.only_row()
    await desk.logins.issue(await desk.accounts.add("bob@example.com", "!"))
    (theirs,) = await desk.rows.of_user("2", desk.clock.now())
    with pytest.raises(UnknownLogin, match="404") as caught:
        await desk.logins.end(desk.shop.identity(row), theirs.id)
    assert caught.value.session_id == theirs.id
    assert (await desk.rows.find(theirs.id)).revoked_at is None


async def test_edge_s35_the_list_marks_the_current_login(desk):
    row = await desk.only_row()
    desk.clock.advance(hours=1)
    await desk.logins.issue(desk.ada, client="mobile")
    listed = await desk.logins.sessions(desk.shop.identity(row))
    assert [(each.client, each.is_current) for each in listed] == [("mobile", False), (None, True)]
    assert listed[1].id == row.id


@pytest.mark.parametrize("kind", ["token", "cookie"])
async def test_edge_s35_the_others_end_and_the_current_login_stays(desk, kind):
    current = await desk.logins.begin(desk.ada, kind)
    others = [await desk.logins.issue(desk.ada) for _ in range(3)]
    assert await desk.logins.logout_others(desk.shop.identity(current)) == 3
    stored = await desk.rows.find(current.id)
    assert stored.is_alive(desk.clock.now())
    assert stored.auth_version == (await desk.accounts.find("1")).auth_version == 2
    for pair in others:
        with pytest.raises(InvalidGrant, match="400"):
            await desk.logins.refresh(pair.refresh_token)


async def test_edge_s43_a_new_password_ends_the_other_logins(desk):
    current, other = await desk.logins.begin(desk.ada, "token"), await desk.logins.issue(desk.ada)
    await desk.logins.change_password(desk.shop.identity(current), WORD, "another horse")
    with pytest.raises(InvalidGrant, match="400"):
        await desk.logins.refresh(other.refresh_token)
    assert (await desk.rows.find(current.id)).is_alive(desk.clock.now())
    assert await desk.logins.attempt("ada@example.com", "another horse")
    with pytest.raises(LoginFailed, match="401"):
        await desk.logins.attempt("ada@example.com", WORD)


async def test_a_password_is_changed_by_who_knows_the_current_one(desk):
    identity = desk.shop.identity(await desk.logins.begin(desk.ada, "token"))
    with pytest.raises(LoginFailed, match="401"):
        await desk.logins.change_password(identity, "wrong", "another horse")
    with pytest.raises(UnusablePassword, match="422") as caught:
        await desk.logins.change_password(identity, WORD, "ada@example.com")
    assert caught.value.field == "new_password"
    desk.accounts.remove("1")
    with pytest.raises(LoginFailed, match="401"):
        await desk.logins.change_password(identity, WORD, "another horse")


async def test_edge_s42_a_password_that_was_replaced_while_a_new_one_is_hashed_stays(
    desk, monkeypatch
):
    identity = desk.shop.identity(await desk.logins.begin(desk.ada, "token"))
    passwords = await desk.shop.app.container.aresolve(Passwords)
    hashed, by_link = passwords.hash, await passwords.hash("by a link in a mail")

    async def hash_late(*args: object, **kwargs: object) -> str:
        await desk.accounts.set_password("1", by_link)
        return await hashed(*args, **kwargs)

    monkeypatch.setattr(passwords, "hash", hash_late)
    with pytest.raises(LoginFailed, match="401"):
        await desk.logins.change_password(identity, WORD, "another horse")
    assert (await desk.accounts.find("1")).password == by_link
    assert (await desk.logins.verify("ada@example.com", "by a link in a mail")).id == "1"


async def test_an_api_token_changes_a_password_and_ends_all_logins(desk):
    identity = replace(
        desk.shop.identity(await desk.logins.begin(desk.ada, "token")), session_id=None
    )
    await desk.logins.change_password(identity, WORD, "another horse")
    assert await desk.rows.of_user("1", desk.clock.now()) == []


async def test_edge_s94_a_revoked_token_ends_its_login_and_an_unknown_one_is_no_error(desk):
    pair = await desk.logins.issue(desk.ada)
    await desk.logins.refresh(pair.refresh_token)
    await desk.logins.revoke("no token")
    await desk.logins.revoke(pair.refresh_token[:-1])
    assert len(await desk.rows.of_user("1", desk.clock.now())) == 1
    await desk.logins.revoke(pair.refresh_token)
    assert await desk.rows.of_user("1", desk.clock.now()) == []


async def test_edge_s50_a_login_that_replaces_another_ends_it(desk):
    old = await desk.logins.begin(desk.ada, "cookie")
    new = await desk.logins.begin(desk.ada, "cookie", replaces=old.id)
    assert (await desk.rows.find(old.id)).revoked_for == "replaced"
    assert new.id != old.id


async def test_edge_s36_a_week_after_its_end_a_row_is_deleted(desk):
    await desk.logins.issue(desk.ada)
    desk.clock.advance(days=21, seconds=-1)
    assert await desk.logins.prune() == 0
    desk.clock.advance(seconds=1)
    assert await desk.logins.prune() == 1
    assert len(desk.rows) == 0
