"""`Logins`: users log in, stay logged in, and log out."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from auth_tokens import SECRET
from login_desk import WORD

from ftf.container import Container
from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    AccessTokens,
    Accounts,
    Argon2,
    AuthProvider,
    InvalidAuthError,
    InvalidScope,
    LoggedIn,
    LoginFailed,
    LoginOptions,
    Logins,
    LoginSessions,
    LoginsProvider,
    MemoryStores,
    MemoryUser,
    Passwords,
)


async def test_a_name_and_a_password_get_tokens(desk):
    pair = await desk.logins.attempt(" ADA@example.com", WORD, client="mobile", scopes=["read"])
    identity = (await desk.shop.app.container.aresolve(AccessTokens)).read(pair.access_token)
    assert (identity.subject, identity.version, identity.scopes) == ("1", 1, {"read"})
    assert (pair.token_type, pair.expires_in, pair.scope) == ("Bearer", 600, "read")
    (row,) = await desk.rows.of_user("1", desk.clock.now())
    assert (identity.session_id, identity.client) == (row.id, "mobile")
    assert (identity.methods, identity.authenticated_at) == (("pwd",), row.authenticated_at)
    assert (row.methods, row.client, row.kind) == (("pwd",), "mobile", "token")
    assert row.authenticated_at == desk.clock.now()
    assert [type(event) for event in desk.shop.heard] == [LoggedIn]


@pytest.mark.parametrize(
    ("name", "password"), [("ada@example.com", "another"), ("bob@example.com", WORD), ("", "")]
)
async def test_another_name_or_password_gets_nothing(desk, name, password):
    with pytest.raises(LoginFailed, match="401"):
        await desk.logins.attempt(name, password)
    assert await desk.rows.of_user("1", desk.clock.now()) == []


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": None}, {"password": ""}])
async def test_edge_s37_an_account_that_cannot_log_in_is_verified_and_answered_like_others(
    desk, monkeypatch, change
):
    verified = []
    verify = Argon2.verify

    def noted(self, password, stored):
        verified.append(stored)
        return verify(self, password, stored)

    monkeypatch.setattr(Argon2, "verify", noted)
    desk.accounts.put(replace(desk.ada, **change))
    with pytest.raises(LoginFailed, match="401") as caught:
        await desk.logins.attempt("ada@example.com", WORD)
    with pytest.raises(LoginFailed, match="401") as unknown:
        await desk.logins.attempt("bob@example.com", WORD)
    assert str(caught.value) == str(unknown.value)
    assert len(verified) == 2


async def test_edge_s42_an_outdated_hash_is_replaced_at_login_and_logins_live(desk):
    old = await Passwords(Argon2(2, 8, 1)).hash(WORD)
    desk.accounts.put(replace(desk.ada, password=old))
    pair = await desk.logins.issue(desk.ada)
    await asyncio.gather(*(desk.logins.attempt("ada@example.com", WORD) for _ in range(2)))
    user = await desk.accounts.find("1")
    assert (user.password != old, user.auth_version) == (True, 1)
    assert not (await desk.shop.app.container.aresolve(Passwords)).is_outdated(user.password)
    assert await desk.logins.refresh(pair.refresh_token)


async def test_edge_s29_a_narrower_scope_is_that_of_one_access_token(desk):
    pair = await desk.logins.issue(desk.ada, scopes=["read", "write"])
    narrow = await desk.logins.refresh(pair.refresh_token, scopes=["read"])
    assert narrow.scope == "read"
    assert (await desk.logins.refresh(narrow.refresh_token)).scope == "read write"


async def test_edge_s29_a_wider_scope_is_refused_and_the_token_stays(desk):
    pair = await desk.logins.issue(desk.ada, scopes=["read"])
    with pytest.raises(InvalidScope, match="400") as caught:
        await desk.logins.refresh(pair.refresh_token, scopes=["read", "write"])
    assert caught.value.scopes == ("write",)
    assert await desk.logins.refresh(pair.refresh_token)
    whole = await desk.logins.issue(desk.ada)
    assert (await desk.logins.refresh(whole.refresh_token, scopes=["write"])).scope == "write"


@pytest.mark.parametrize("scopes", [["a b"], [""], ['"'], ["é"], ["\n"], ["x" * 600, "y" * 600]])
async def test_a_scope_that_no_token_can_have_is_refused(desk, scopes):
    pair = await desk.logins.issue(desk.ada)
    with pytest.raises(InvalidScope, match="400"):
        await desk.logins.refresh(pair.refresh_token, scopes=scopes)
    assert await desk.logins.refresh(pair.refresh_token)


async def test_edge_s71_refreshing_does_not_renew_the_time_of_authentication(desk):
    pair, at = await desk.logins.issue(desk.ada), desk.clock.now()
    desk.clock.advance(days=1)
    await desk.logins.refresh(pair.refresh_token)
    (row,) = await desk.rows.of_user("1", desk.clock.now())
    assert (row.authenticated_at, row.last_seen_at) == (at, desk.clock.now())


async def test_edge_s32_the_tokens_are_not_in_the_text_of_a_pair(desk):
    pair = await desk.logins.issue(desk.ada)
    assert "ftr_" not in repr(pair)
    assert pair.access_token not in repr(pair)


async def test_a_user_agent_is_stored_as_a_database_can_hold_it(memory_shop, ada, serve, clock):
    app = memory_shop.app
    app.post("/login")(log_in)
    agent = b"x" * 300
    async with serve(app) as client:
        response = await client.post("/login", headers=[(b"user-agent", agent)])
    assert response.status_code == 200
    rows = await app.container.aresolve(LoginSessions)
    (row,) = await rows.of_user("1", clock.now())
    assert (row.ip, row.user_agent) == ("127.0.0.1", "x" * 256)


async def log_in(logins: Injected[Logins[MemoryUser]]) -> None:
    await logins.attempt("ada@example.com", WORD)


async def test_without_events_logins_work():
    container = Container()
    options, passwords = LoginOptions(lifetime=timedelta(hours=1)), Passwords(Argon2.minimum())
    container.add_provider(
        AuthProvider(secrets=SECRET, issuer="https://api.example", audience="shop"),
        LoginsProvider(options, passwords=passwords),
        MemoryStores(),
    )
    await container.boot()
    async with container.scoped_context() as scope:
        user = await (await scope.aresolve(Accounts)).add("ada@example.com", "!")
        logins = await scope.aresolve(Logins)
        row = await logins.begin(user, "token")
        assert row.idle_expires_at == row.expires_at == row.created_at + timedelta(hours=1)
        assert (await logins.issue(user)).expires_in in {599, 600}


def test_stores_in_memory_refuse_to_serve_several_workers(monkeypatch):
    monkeypatch.setenv("WEB_CONCURRENCY", "4")
    with pytest.raises(InvalidAuthError, match="MemoryStores cannot serve 4 workers"):
        FastTrackFramework(providers=[MemoryStores()])


async def test_a_user_whose_key_reads_like_a_program_gets_no_login(desk):
    robot = replace(desk.ada, id="client:robot")
    with pytest.raises(LoginFailed, match="not right"):
        await desk.logins.issue(robot)
    with pytest.raises(LoginFailed, match="not right"):
        await desk.logins.begin(robot, "cookie")
    assert not await desk.rows.of_user("client:robot", desk.clock.now())
