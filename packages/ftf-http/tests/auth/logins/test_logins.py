"""`Logins`: users log in, stay logged in, and log out."""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from accounts_schema import User
from auth_shop import FrozenClock, Shop
from auth_tokens import SECRET

from ftf.container import Container
from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    AccessTokens,
    Accounts,
    Argon2,
    AuthProvider,
    InvalidAuthError,
    InvalidGrant,
    InvalidScope,
    LoggedIn,
    LoggedOut,
    LoginFailed,
    LoginOptions,
    Logins,
    LoginSession,
    LoginSessions,
    LoginsProvider,
    MemoryAccounts,
    MemoryLogins,
    MemoryStores,
    MemoryUser,
    Passwords,
    RefreshReused,
    UnknownLogin,
    UnusablePassword,
)
from ftf.http.limits import Limit, account, both, client_network

WORD = "correct horse battery"


@dataclass
class Desk:
    """The services of one scope, outside of any request, and a user."""

    shop: Shop
    clock: FrozenClock
    logins: Logins[MemoryUser]
    accounts: MemoryAccounts
    rows: MemoryLogins
    ada: MemoryUser

    async def only_row(self) -> LoginSession:
        """The row of a new login, which is the user's only one."""
        await self.logins.issue(self.ada)
        (row,) = await self.rows.of_user("1", self.clock.now())
        return row


@pytest.fixture
async def desk(memory_shop, clock, ada):
    async with memory_shop.app.container.scoped_context() as scope:
        keys = Logins[MemoryUser], Accounts[MemoryUser], LoginSessions
        yield Desk(memory_shop, clock, *[await scope.aresolve(key) for key in keys], ada)


@pytest.fixture
async def ada(memory_shop) -> MemoryUser:
    async with memory_shop.app.container.scoped_context() as scope:
        hashed = await (await scope.aresolve(Passwords)).hash(WORD)
        return await (await scope.aresolve(Accounts)).add("ada@example.com", hashed)


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


def with_login(app: FastTrackFramework, user: type = MemoryUser) -> FastTrackFramework:
    @app.post("/login")
    async def login(name: str, password: str, logins: Injected[Logins[user]]) -> str:
        return (await logins.attempt(name, password)).refresh_token

    @app.post("/refresh")
    async def refresh(token: str, logins: Injected[Logins[user]]) -> str:
        return (await logins.refresh(token)).refresh_token

    return app


async def statuses(client, *guesses: str) -> list[int]:
    """The statuses of logins with some passwords."""
    return [
        (
            await client.post("/login", params={"name": "Ada@example.com", "password": each})
        ).status_code
        for each in guesses
    ]


async def test_edge_s74_failed_logins_are_counted_before_they_are_hashed(memory_shop, ada, serve):
    app = with_login(memory_shop.app)
    app.add_limit("login", Limit.per_minute(3, by=both(account, client_network), count="failures"))
    async with serve(app) as client:
        assert await statuses(client, *[WORD] * 5) == [200] * 5
        assert await statuses(client, *["wrong"] * 5, WORD) == [401] * 3 + [429] * 3


async def test_without_limits_of_that_name_nothing_is_counted(memory_shop, ada, serve):
    app = with_login(memory_shop.app)
    app.add_limit("other", Limit.per_minute(1))
    async with serve(app) as client:
        assert await statuses(client, "wrong", "wrong", WORD) == [401, 401, 200]


async def test_edge_s22_an_old_token_is_answered_by_400_and_reported_in_the_log(
    memory_shop, ada, serve, caplog, clock
):
    app = with_login(memory_shop.app)
    async with serve(app) as client:
        query = {"name": "ada@example.com", "password": WORD}
        token = (await client.post("/login", params=query)).json()
        for _ in range(2):
            assert (await client.post("/refresh", params={"token": token})).status_code == 200
            clock.advance(seconds=20)
        response = await client.post("/refresh", params={"token": token})
    assert (response.status_code, response.json()["detail"]) == (
        400,
        "The refresh token is not valid.",
    )
    assert RefreshReused in [type(event) for event in memory_shop.heard]
    assert "An old refresh token was used, from 127.0.0.1" in caplog.text
    assert token not in caplog.text


async def test_edge_s22_what_a_400_reports_is_stored_in_a_database(orm_shop, serve, clock):
    app = with_login(orm_shop.app, User)
    async with serve(app) as client:
        async with app.container.scoped_context() as scope:
            accounts = await scope.aresolve(Accounts)
            hashed = await (await scope.aresolve(Passwords)).hash(WORD)
            await accounts.add("ada@example.com", hashed)
        query = {"name": "ada@example.com", "password": WORD}
        first = (await client.post("/login", params=query)).json()
        second = (await client.post("/refresh", params={"token": first})).json()
        clock.advance(seconds=31)
        for token in (first, second):
            response = await client.post("/refresh", params={"token": token})
            assert response.status_code == 400
        async with app.container.scoped_context() as scope:
            rows = await scope.aresolve(LoginSessions)
            assert (await rows.find(first.split(".")[1])).revoked_for == "reuse"


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
