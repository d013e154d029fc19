"""Logins by cookie: requests of browsers."""

import asyncio
from datetime import timedelta
from random import Random

import pytest
from fastapi import Response
from token_mutations import mutated

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    Accounts,
    Auth,
    CookieGuard,
    Credentials,
    CurrentUser,
    Identity,
    Logins,
    LoginSessions,
    MemoryUser,
    Passwords,
    SessionCookie,
    SessionTokens,
    fresh,
    public,
)

WORD = "correct horse battery"


def browser_app(app: FastTrackFramework, user: type) -> FastTrackFramework:
    """An application whose login sets a cookie, and ends the login that the request had."""
    app.add_guard("web", CookieGuard)

    @app.post("/login")
    @public
    async def login(
        response: Response,
        auth: Injected[Auth[user]],
        logins: Injected[Logins[user]],
        cookie: Injected[SessionCookie],
        tokens: Injected[SessionTokens],
    ) -> None:
        before = None if auth.identity is None else auth.identity.session_id
        found = await logins.verify("ada@example.com", WORD)
        row = await logins.begin(found, "cookie", methods=["pwd"], replaces=before)
        cookie.set(response, tokens.cookie(row), row.expires_at)

    @app.get("/me")
    async def me(user: CurrentUser[user], identity: Injected[Identity]) -> str:
        return identity.session_id

    @app.post("/others")
    async def others(identity: Injected[Identity], logins: Injected[Logins[user]]) -> int:
        return await logins.logout_others(identity)

    return app


@pytest.fixture
def app(any_shop) -> FastTrackFramework:
    return browser_app(any_shop.app, any_shop.user)


async def add_ada(app: FastTrackFramework) -> None:
    async with app.container.scoped_context() as scope:
        hashed = await (await scope.aresolve(Passwords)).hash(WORD)
        await (await scope.aresolve(Accounts)).add("ada@example.com", hashed)


async def log_in(client, *cookies: str) -> str:
    """The cookie of a new login."""
    response = await client.post("/login", headers=[("cookie", each) for each in cookies])
    assert response.status_code == 200
    return response.headers["set-cookie"].partition(";")[0]


async def ask(client, cookie: str, path: str = "/me", method: str = "GET"):
    client.cookies.clear()
    return await client.request(method, path, headers={"cookie": cookie})


async def test_edge_s50_a_login_ends_the_one_that_the_request_had(app, serve):
    async with serve(app) as client:
        await add_ada(app)
        before = await log_in(client)
        assert (await ask(client, before)).status_code == 200
        after = await log_in(client, before)
        assert after != before
        assert (await ask(client, after)).status_code == 200
        for response in await asyncio.gather(*(ask(client, before) for _ in range(20))):
            assert response.status_code == 401
            assert "set-cookie" not in response.headers


async def test_edge_s35_the_current_cookie_lives_where_the_others_end(app, serve):
    async with serve(app) as client:
        await add_ada(app)
        mine, other = await log_in(client), await log_in(client)
        assert (await ask(client, mine, "/others", "POST")).json() == 1
        assert (await ask(client, mine)).status_code == 200
        assert (await ask(client, other)).status_code == 401


async def test_edge_s28_the_use_of_a_cookie_is_noted_and_moves_its_idle_end(app, serve, clock):
    async with serve(app) as client:
        await add_ada(app)
        cookie, created = await log_in(client), clock.now()
        for _ in range(3):
            clock.advance(days=9)
            assert (await ask(client, cookie)).status_code == 200
        key = (await ask(client, cookie)).json()
        async with app.container.scoped_context() as scope:
            row = await (await scope.aresolve(LoginSessions)).find(key)
    assert row.last_seen_at == clock.now()
    assert row.idle_expires_at == row.expires_at == created + timedelta(days=30)


async def test_edge_s27_an_idle_cookie_ends(app, serve, clock):
    async with serve(app) as client:
        await add_ada(app)
        cookie = await log_in(client)
        clock.advance(days=14)
        assert (await ask(client, cookie)).status_code == 401


async def test_edge_s5_and_s51_what_is_no_cookie_of_a_login_is_401(app, serve):
    random = Random(51)  # noqa: S311  # repeatable
    async with serve(app) as client:
        await add_ada(app)
        name, _, value = (await log_in(client)).partition("=")
        texts = [mutated(random, value) for _ in range(100)]
        for text in texts:
            if text == value or not text.isascii() or set(text) & set("\0\n\t; "):
                continue
            assert (await ask(client, f"{name}={text}")).status_code == 401
        assert (await ask(client, f"{name}={value}; {name}={value}")).status_code == 401


async def test_edge_s10_the_cookie_of_a_token_login_is_no_credential(memory_shop, serve):
    app = browser_app(memory_shop.app, MemoryUser)
    async with serve(app) as client:
        await add_ada(app)
        async with app.container.scoped_context() as scope:
            keys = Logins[MemoryUser], Accounts, SessionTokens
            logins, accounts, tokens = [await scope.aresolve(key) for key in keys]
            row = await logins.begin(await accounts.find("1"), "token")
        assert (await ask(client, f"__Host-session={tokens.cookie(row)}")).status_code == 401


@pytest.mark.parametrize("is_fresh", [True, False])
async def test_edge_s92_a_test_gets_a_cookie_of_its_user(app, serve, is_fresh):
    @app.get("/fresh")
    @fresh(minutes=10)
    async def recent() -> None: ...

    async with serve(app) as client:
        await add_ada(app)
        async with app.container.scoped_context() as scope:
            user = await (await scope.aresolve(Accounts)).find_by_name("ada@example.com")
        issue = app.container.resolve(Credentials).headers
        headers = await issue(user, scopes=["*"], guard="web", fresh=is_fresh)
        assert (await client.get("/me", headers=headers)).status_code == 200
        response = await client.get("/fresh", headers=headers)
        assert response.status_code == (200 if is_fresh else 401)
