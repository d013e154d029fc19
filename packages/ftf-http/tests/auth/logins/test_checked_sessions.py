"""`check="session"`: an access token ends with the login that it belongs to."""

import pytest
from accounts_schema import Login, User, options_of
from auth_tokens import SECRET
from login_desk import WORD
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.http import FastTrackFramework
from ftf.http.auth import (
    AccessTokens,
    Accounts,
    Argon2,
    AuthProvider,
    BearerGuard,
    Clock,
    CurrentUser,
    InvalidAuthError,
    InvalidGrant,
    Logins,
    LoginsProvider,
    MemoryStores,
    MemoryUser,
    Passwords,
)
from ftf.http.auth.orm import OrmStores
from ftf.orm import DatabaseProvider

SETTINGS = {"secrets": SECRET, "issuer": "https://api.example", "audience": "shop"}


def shop(clock, check: str, user: type, *stores) -> FastTrackFramework:
    app = FastTrackFramework(
        providers=[
            AuthProvider(**SETTINGS, check=check),
            LoginsProvider(passwords=Passwords(Argon2.minimum())),
            *stores,
        ]
    )
    app.register(Clock, lambda: clock, scope="singleton")
    app.add_guard("api", BearerGuard)

    @app.get("/me")
    async def me(user: CurrentUser[user]) -> str:
        return user.email if hasattr(user, "email") else user.name

    @app.get("/opened")
    async def opened(user: CurrentUser[user | None]) -> bool:
        return user is not None

    return app


async def logged_in(app: FastTrackFramework, user: type):
    """The tokens of a new user who has logged in."""
    async with app.container.scoped_context() as scope:
        hashed = await (await scope.aresolve(Passwords)).hash(WORD)
        await (await scope.aresolve(Accounts)).add("ada@example.com", hashed)
        return await (await scope.aresolve(Logins[user])).attempt("ada@example.com", WORD)


async def asked(client, token: str, path: str = "/me"):
    return (await client.get(path, headers={"authorization": f"Bearer {token}"})).status_code


async def log_out(logins, pair, clock) -> None:
    await logins.revoke(pair.refresh_token)


async def use_an_old_token(logins, pair, clock) -> None:
    await logins.refresh(pair.refresh_token)
    clock.advance(seconds=31)
    with pytest.raises(InvalidGrant):
        await logins.refresh(pair.refresh_token)


@pytest.mark.parametrize("end", [log_out, use_an_old_token])
@pytest.mark.parametrize("check", ["session", "user"])
async def test_edge_s22_an_access_token_ends_with_its_login(clock, serve, check, end):
    app = shop(clock, check, MemoryUser, MemoryStores())
    async with serve(app) as client:
        pair = await logged_in(app, MemoryUser)
        for path in ("/me", "/opened") * 2:
            assert await asked(client, pair.access_token, path) == 200
        async with app.container.scoped_context() as scope:
            await end(await scope.aresolve(Logins[MemoryUser]), pair, clock)
        for path in ("/me", "/opened"):
            status = await asked(client, pair.access_token, path)
            assert status == {"session": 401, "user": 200}[check]


async def test_a_token_that_belongs_to_no_login_is_not_looked_up(clock, serve):
    app = shop(clock, "session", MemoryUser, MemoryStores())
    async with serve(app) as client:
        await logged_in(app, MemoryUser)
        text = app.container.resolve(AccessTokens).issue("1", version=1).text
        assert await asked(client, text) == 200


async def test_a_login_costs_one_query_beside_that_of_its_user(clock, engine, database_url, serve):
    options = options_of(database_url) | {"pool_size": 1, "max_overflow": 0}
    database = DatabaseProvider(database_url, **options)
    app = shop(clock, "session", User, database, OrmStores(User, User.email, Login))
    async with serve(app) as client:
        pair = await logged_in(app, User)
        assert await asked(client, pair.access_token) == 200
        statements: list[str] = []
        engine = await app.container.aresolve(AsyncEngine)

        def note(_connection, _cursor, statement, *_):
            statements.append(statement)

        event.listen(engine.sync_engine, "before_cursor_execute", note)
        assert await asked(client, pair.access_token) == 200
        event.remove(engine.sync_engine, "before_cursor_execute", note)
        assert [each.split()[0] for each in statements] == ["SELECT", "SELECT"]


async def test_logins_that_nothing_knows_stop_the_start():
    app = FastTrackFramework(providers=[AuthProvider(**SETTINGS, check="session")])
    app.add_guard("api", BearerGuard)
    with pytest.raises(InvalidAuthError, match=r'check is "session", .*\nAdd `LoginsProvider\(\)`'):
        async with app.router.lifespan_context(app):
            pass
