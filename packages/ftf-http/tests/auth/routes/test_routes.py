"""The ready routes, over HTTP."""

import asyncio

import pytest
from accounts_schema import Login, User, options_of
from auth_mails import ADA, WORD, bearer, log_in, register, with_routes

from ftf.http.auth import (
    Accounts,
    BearerGuard,
    TokenRoutes,
    auth_routes,
)
from ftf.http.auth.orm import OrmStores
from ftf.orm import DatabaseProvider


async def refresh(client, token: str, **fields: str):
    form = {"grant_type": "refresh_token", "refresh_token": token, **fields}
    return await client.post("/auth/token", data=form)


async def test_a_user_registers_logs_in_refreshes_and_logs_out(app, serve, mailbox):
    async with serve(app) as client:
        assert (await register(client)).status_code == 202
        verified = await client.post("/auth/verify-email", json={"token": mailbox.token()})
        assert verified.status_code == 204
        pair = await log_in(client)
        assert pair.status_code == 200
        assert pair.headers["cache-control"] == "no-store"
        assert set(pair.json()) == {
            *("access_token", "refresh_token", "token_type", "expires_in", "scope")
        }
        later = await refresh(client, pair.json()["refresh_token"])
        assert (later.status_code, later.headers["cache-control"]) == (200, "no-store")
        assert {"token_type": "Bearer", "scope": "*"}.items() <= later.json().items()
        assert (await client.post("/auth/logout", headers=bearer(later))).status_code == 204
        ended = await refresh(client, later.json()["refresh_token"])
        assert (ended.status_code, ended.json()["error"]) == (400, "invalid_grant")


async def test_edge_s46_an_address_that_is_registered_gets_the_same_answer_and_a_mail(
    app, serve, mailbox
):
    async with serve(app) as client:
        first, second = await register(client), await register(client, "ADA@example.com")
        assert (first.status_code, first.content) == (second.status_code, second.content)
        assert [mail[0] for mail in mailbox.sent] == ["verify", "known"]


async def test_edge_s46_two_who_register_one_address_at_once_make_one_account(app, serve, mailbox):
    async with serve(app) as client:
        responses = await asyncio.gather(*(register(client) for _ in range(2)))
        assert [each.status_code for each in responses] == [202, 202]
        assert sorted(mail[0] for mail in mailbox.sent) == ["known", "verify"]


async def test_edge_s43_a_forgotten_password_is_set_by_a_link_and_ends_the_logins(
    app, serve, mailbox
):
    async with serve(app) as client:
        await register(client)
        pair = await log_in(client)
        known = await client.post("/auth/forgot-password", json={"email": ADA})
        body = {"token": mailbox.token(), "password": "another horse battery"}
        assert (await client.post("/auth/reset-password", json=body)).status_code == 204
        unknown = await client.post("/auth/forgot-password", json={"email": "x@example.com"})
        assert (known.status_code, known.content) == (unknown.status_code, unknown.content)
        assert (await refresh(client, pair.json()["refresh_token"])).status_code == 400
        assert (await client.get("/auth/sessions", headers=bearer(pair))).status_code == 401
        assert (await log_in(client)).status_code == 401
        assert (await log_in(client, password=body["password"])).status_code == 200
        again = await client.post("/auth/reset-password", json=body)
        assert again.status_code == 400
    assert [mail[0] for mail in mailbox.sent] == ["verify", "reset"]


@pytest.mark.parametrize("path", ["register", "forgot-password"])
async def test_edge_s37_a_mail_that_cannot_be_sent_is_seen_in_the_log_only(
    memory_app, serve, mailbox, caplog, path
):
    async with serve(memory_app) as client:
        await register(client)
        mailbox.works = False
        response = await client.post(f"/auth/{path}", json={"email": ADA, "password": WORD})
    assert response.status_code == 202
    assert "could not be sent" in caplog.text


async def test_an_account_that_is_deleted_meanwhile_gets_no_mail(
    memory_app, serve, mailbox, monkeypatch
):
    async def taken(name: str, password: str) -> None: ...

    async with serve(memory_app) as client:
        monkeypatch.setattr(await memory_app.container.aresolve(Accounts), "add", taken)
        assert (await register(client)).status_code == 202
    assert mailbox.sent == []


async def test_edge_s37_an_inactive_account_gets_no_mail(any_shop, app, serve, mailbox):
    async with serve(app) as client:
        await register(client)
        async with app.container.scoped_context() as scope:
            accounts = await scope.aresolve(Accounts)
            user = await accounts.find_by_name(ADA)
            await any_shop.deactivate(scope, accounts.subject_of(user))
        response = await client.post("/auth/forgot-password", json={"email": ADA})
        assert response.status_code == 202
        assert (await log_in(client)).status_code == 401
    assert [mail[0] for mail in mailbox.sent] == ["verify"]


async def test_edge_s45_a_weak_password_is_a_422_that_points_to_its_field(memory_app, serve):
    async with serve(memory_app) as client:
        for path, more, name in [
            ("register", {"email": ADA}, "password"),
            ("register", {"email": "12345678@example.com"}, "password"),
        ]:
            response = await client.post(f"/auth/{path}", json={name: "12345678"} | more)
            (fault,) = response.json()["errors"]
            assert (response.status_code, fault["pointer"]) == (422, f"/{name}")
        await register(client)
        pair = await log_in(client)
        body = {"current_password": WORD, "new_password": "short"}
        response = await client.put("/auth/password", json=body, headers=bearer(pair))
        assert response.json()["errors"][0]["pointer"] == "/new_password"


async def test_edge_s35_a_user_lists_and_ends_logins(app, serve):
    async with serve(app) as client:
        await register(client)
        mine, other, third = [await log_in(client) for _ in range(3)]
        listed = (await client.get("/auth/sessions", headers=bearer(mine))).json()
        assert sorted(each["is_current"] for each in listed) == [False, False, True]
        key = other.json()["refresh_token"].split(".")[1]
        response = await client.delete(f"/auth/sessions/{key}", headers=bearer(mine))
        assert response.status_code == 204
        assert (await refresh(client, other.json()["refresh_token"])).status_code == 400
        unknown = await client.delete(f"/auth/sessions/{'x' * 22}", headers=bearer(mine))
        assert unknown.status_code == 404
        response = await client.delete("/auth/sessions", headers=bearer(mine))
        assert response.json() == {"ended": 1}
        assert (await refresh(client, third.json()["refresh_token"])).status_code == 400
        assert (await refresh(client, mine.json()["refresh_token"])).status_code == 200


async def test_edge_s43_a_password_is_changed_by_who_knows_it(app, serve):
    async with serve(app) as client:
        await register(client)
        mine, other = [await log_in(client) for _ in range(2)]
        body = {"current_password": WORD, "new_password": "another horse battery"}
        wrong = body | {"current_password": "wrong"}
        response = await client.put("/auth/password", json=wrong, headers=bearer(mine))
        assert response.status_code == 401
        response = await client.put("/auth/password", json=body, headers=bearer(mine))
        assert response.status_code == 204
        assert (await refresh(client, other.json()["refresh_token"])).status_code == 400
        assert (await refresh(client, mine.json()["refresh_token"])).status_code == 200


async def test_a_login_without_the_scope_account_does_not_see_the_others(memory_app, serve):
    async with serve(memory_app) as client:
        await register(client)
        pair = await log_in(client, scope="posts:read posts:write")
        assert pair.json()["scope"] == "posts:read posts:write"
        assert (await client.get("/auth/sessions", headers=bearer(pair))).status_code == 403
        narrow = await refresh(client, pair.json()["refresh_token"], scope="posts:read")
        assert narrow.json()["scope"] == "posts:read"
        wide = await refresh(client, narrow.json()["refresh_token"], scope="account")
        assert (wide.status_code, wide.json()["error"]) == (400, "invalid_scope")
        assert (await client.post("/auth/logout", headers=bearer(narrow))).status_code == 204


async def test_edge_s29_the_program_that_logged_in_refreshes(memory_app, serve):
    async with serve(memory_app) as client:
        await register(client)
        token = (await log_in(client, client_id="mobile")).json()["refresh_token"]
        assert (await refresh(client, token)).json()["error"] == "invalid_grant"
        assert (await refresh(client, token, client_id="mobile")).status_code == 200


async def test_edge_s94_a_revoked_login_ends_with_its_access_tokens(app, serve):
    async with serve(app) as client:
        await register(client)
        pair = await log_in(client)
        for token in ("unknown", pair.json()["refresh_token"]):
            response = await client.post("/auth/revoke", data={"token": token})
            assert (response.status_code, response.content) == (200, b"")
        assert (await refresh(client, pair.json()["refresh_token"])).status_code == 400


FORM = "application/x-www-form-urlencoded"


async def test_a_group_is_replaced_by_a_subclass(memory_shop, serve):
    class Mine(TokenRoutes[memory_shop.user]):
        async def login(self) -> str:
            return "mine"

    app = memory_shop.app
    app.add_guard("api", BearerGuard)
    app.include_router(auth_routes(memory_shop.user, routes=[Mine], prefix="/users"))
    async with serve(app) as client:
        assert (await client.post("/users/login")).json() == "mine"
        assert (await client.get("/users/sessions")).status_code == 404


async def test_the_routes_are_in_the_openapi_document(memory_app):
    paths = memory_app.openapi()["paths"]
    form = paths["/auth/token"]["post"]["requestBody"]["content"][FORM]["schema"]
    assert form["required"] == ["grant_type", "refresh_token"]
    assert paths["/auth/login"]["post"].get("security") is None
    assert paths["/auth/logout"]["post"]["security"]


async def test_edge_s34_no_route_waits_for_a_second_connection(
    shop, mailbox, serve, engine, database_url
):
    options = options_of(database_url) | {"pool_size": 1, "max_overflow": 0}
    shop.user = User
    shop.app.container.add_provider(
        DatabaseProvider(database_url, **options), OrmStores(User, User.email, Login)
    )
    async with serve(with_routes(shop, mailbox)) as client:
        await register(client)
        pairs = [await log_in(client) for _ in range(5)]
        headers = [bearer(pair) for pair in pairs]
        tokens = [pair.json()["refresh_token"] for pair in pairs]
        calls = [client.get("/auth/sessions", headers=each) for each in headers]
        calls += [refresh(client, each) for each in tokens]
        assert {each.status_code for each in await asyncio.gather(*calls)} == {200}
        calls = [client.post("/auth/logout", headers=each) for each in headers]
        assert {each.status_code for each in await asyncio.gather(*calls)} == {204}
