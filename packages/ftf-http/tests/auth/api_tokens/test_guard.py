"""`ApiTokenGuard`: requests with API tokens."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from accounts_schema import Login, Token, User, options_of
from auth_tokens import SECRET
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    Access,
    Accounts,
    ApiTokenGuard,
    ApiTokens,
    ApiTokenStore,
    Argon2,
    AuthProvider,
    BearerGuard,
    Clock,
    Credentials,
    CurrentUser,
    Identity,
    LoginsProvider,
    MemoryStores,
    MemoryUser,
    Passwords,
    fresh,
)
from ftf.http.auth.orm import OrmStores
from ftf.orm import DatabaseProvider

ADA = Identity(subject="1", guard="api")


def shop(clock, user: type, *stores) -> FastTrackFramework:
    """An application with API tokens beside access tokens."""
    app = FastTrackFramework()
    app.register(Clock, lambda: clock, scope="singleton")
    app.container.add_provider(
        AuthProvider(secrets=SECRET, issuer="https://api.example", audience="shop"),
        LoginsProvider(passwords=Passwords(Argon2.minimum())),
        *stores,
    )
    app.add_guard("api", BearerGuard)
    app.add_guard("token", ApiTokenGuard)

    @app.get("/me")
    async def me(user: CurrentUser[user], identity: Injected[Identity]) -> list[str]:
        return [identity.guard, identity.token_id, *sorted(identity.scopes)]

    @app.get("/fresh")
    @fresh(minutes=10)
    async def recent() -> None: ...

    @app.get("/posts", dependencies=[Access(scopes=["posts:write"])])
    async def posts() -> None: ...

    return app


@pytest.fixture
def app(clock) -> FastTrackFramework:
    return shop(clock, MemoryUser, MemoryStores())


async def made(app: FastTrackFramework, scopes=("posts:read",), **options) -> tuple[str, str]:
    """The text and the id of a token of a new user."""
    async with app.container.scoped_context() as scope:
        await (await scope.aresolve(Accounts)).add("ada@example.com", "!")
        token = await (await scope.aresolve(ApiTokens)).create(ADA, "ci", scopes, **options)
        return token.text, token.token.id


async def ask(client, text: str, path: str = "/me"):
    return await client.get(path, headers={"authorization": f"Bearer {text}"})


async def test_a_token_is_a_credential_with_its_scopes(app, serve):
    async with serve(app) as client:
        text, key = await made(app)
        response = await ask(client, text)
        assert (response.status_code, response.json()) == (200, ["token", key, "posts:read"])


@pytest.mark.parametrize("path", ["/fresh", "/posts"])
async def test_edge_s48_a_token_never_satisfies_fresh_and_has_no_other_scope(app, serve, path):
    async with serve(app) as client:
        text, _ = await made(app)
        response = await ask(client, text, path)
        assert response.status_code == {"/fresh": 401, "/posts": 403}[path]


async def test_edge_s47_an_expired_revoked_or_inactive_token_is_401(app, serve, clock):
    async with serve(app) as client:
        text, key = await made(app, lifetime=timedelta(days=1))
        async with app.container.scoped_context() as scope:
            accounts, tokens = [await scope.aresolve(each) for each in (Accounts, ApiTokens)]
        ada = await accounts.find("1")
        accounts.put(replace(ada, is_active=False))
        assert (await ask(client, text)).status_code == 401
        accounts.put(ada)
        assert (await ask(client, text)).status_code == 200
        await tokens.revoke(ADA, key)
        assert (await ask(client, text)).status_code == 401
        text, _ = await made(app, lifetime=timedelta(days=1))
        clock.advance(days=1)
        response = await ask(client, text)
    assert response.status_code == 401
    assert 'error="invalid_token"' in response.headers["www-authenticate"]


async def test_edge_s47_a_wrong_checksum_needs_no_query(app, serve, monkeypatch):
    async with serve(app) as client:
        text, _ = await made(app)
        store = await app.container.aresolve(ApiTokenStore)
        monkeypatch.setattr(store, "find", None)
        wrong = text[:-1] + ("0" if text[-1] != "0" else "1")
        for each in (wrong, "ftp_", text + "A", "ftp_\x7f"):
            assert (await ask(client, each)).status_code == 401


async def test_other_credentials_are_left_to_other_guards(app, serve):
    async with serve(app) as client:
        assert (await client.get("/me")).status_code == 401
        response = await ask(client, "a.b.c")
        assert response.json()["detail"] == "The token is not valid."


@pytest.fixture
def orm_app(clock, engine, database_url) -> FastTrackFramework:
    database = DatabaseProvider(database_url, **options_of(database_url))
    return shop(clock, User, database, OrmStores(User, User.email, Login, api_tokens=Token))


async def test_edge_s47_a_token_costs_one_query_beside_that_of_its_user(orm_app, serve, clock):
    async with serve(orm_app) as client:
        text, _ = await made(orm_app)
        assert (await ask(client, text)).status_code == 200  # and notes its use
        statements: list[str] = []
        engine = await orm_app.container.aresolve(AsyncEngine)

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        event.listen(engine.sync_engine, "before_cursor_execute", note)
        assert (await ask(client, text)).status_code == 200
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        assert [each.split()[0] for each in statements] == ["SELECT", "SELECT"]


async def test_edge_s34_and_s47_parallel_uses_write_one_update_and_finish_with_one_connection(
    clock, engine, database_url, serve
):
    options = options_of(database_url) | {"pool_size": 1, "max_overflow": 0}
    database = DatabaseProvider(database_url, **options)
    app = shop(clock, User, database, OrmStores(User, User.email, Login, api_tokens=Token))
    async with serve(app) as client:
        text, key = await made(app)
        responses = await asyncio.gather(*(ask(client, text) for _ in range(20)))
        assert [each.status_code for each in responses] == [200] * 20
        async with app.container.scoped_context() as scope:
            (token,) = await (await scope.aresolve(ApiTokens)).list(ADA)
    assert (token.id, token.last_used_at) == (key, clock.now())


async def test_edge_s92_a_test_gets_a_token_of_its_user(orm_app, serve):
    async with serve(orm_app) as client:
        async with orm_app.container.scoped_context() as scope:
            user = await (await scope.aresolve(Accounts)).add("ada@example.com", "!")
        issue = orm_app.container.resolve(Credentials).headers
        headers = await issue(user, scopes=["posts:write"], guard="token", fresh=True)
        assert (await client.get("/posts", headers=headers)).status_code == 200
        assert (await client.get("/fresh", headers=headers)).status_code == 401
