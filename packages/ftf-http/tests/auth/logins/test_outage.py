"""A database that cannot be reached: 503, and never 401, so that no client forgets its login."""

import pytest
from accounts_schema import Login, Token, User

from ftf.http.auth import (
    ApiTokenGuard,
    BearerGuard,
    CookieGuard,
    CookieRoutes,
    CurrentUser,
    LoginSession,
    SessionTokens,
    TokenRoutes,
    auth_routes,
)
from ftf.http.auth.api_tokens._text import new_text  # noqa: PLC2701  # without a store
from ftf.http.auth.orm import OrmStores
from ftf.orm import DatabaseProvider

NOWHERE = "postgresql+asyncpg://nobody@127.0.0.1:1/none"


@pytest.fixture
def app(shop):
    """An application whose database is not there."""
    app = shop.app
    app.container.add_provider(
        DatabaseProvider(NOWHERE), OrmStores(User, User.email, Login, api_tokens=Token)
    )
    app.add_guard("api", BearerGuard)
    app.add_guard("token", ApiTokenGuard)
    app.add_guard("web", CookieGuard)
    app.include_router(auth_routes(User, routes=[TokenRoutes, CookieRoutes]))

    @app.get("/me")
    async def me(user: CurrentUser[User]) -> None: ...

    return app


def row_of(clock) -> LoginSession:
    now = clock.now()
    times = dict.fromkeys([*("rotated_at", "authenticated_at", "created_at", "last_seen_at")], now)
    ends = dict.fromkeys(["idle_expires_at", "expires_at"], now)
    return LoginSession(
        id="A" * 22, kind="token", user="7", salt=bytes(16), auth_version=1, **times, **ends
    )


async def test_edge_s30_and_s63_every_credential_is_503_while_the_database_is_away(
    app, serve, clock
):
    async with serve(app) as client:
        tokens = app.container.resolve(SessionTokens)
        form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token(row_of(clock))}
        body = {"email": "ada@example.com", "password": "x"}
        cookie = {"cookie": f"__Host-session={tokens.cookie(row_of(clock))}"}
        bearer = {"authorization": f"Bearer {new_text()}"}
        for response in [
            await client.post("/auth/token", data=form),
            await client.post("/auth/revoke", data={"token": form["refresh_token"]}),
            await client.post("/auth/login", json=body),
            await client.post("/auth/session", json=body),
            await client.get("/me", headers=cookie),
            await client.get("/me", headers=bearer),
        ]:
            assert (response.status_code, response.headers["retry-after"]) == (503, "5")
            assert "set-cookie" not in response.headers
