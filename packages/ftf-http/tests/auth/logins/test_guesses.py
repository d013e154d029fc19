"""Failed logins: how they are limited, and what an old token is answered by."""

from accounts_schema import User
from login_desk import WORD

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    Accounts,
    Logins,
    LoginSessions,
    MemoryUser,
    Passwords,
    RefreshReused,
)
from ftf.http.limits import Limit, account, both, client_network


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
