"""The ready routes of logins by cookie."""

from auth_mails import ADA, WORD, register

from ftf.http.auth import (
    auth_routes,
)


async def test_a_browser_logs_in_and_out(app, serve):
    async with serve(app) as client:
        await register(client)
        body = {"email": ADA, "password": WORD}
        response = await client.post("/auth/session", json=body)
        assert response.status_code == 204
        cookie = response.headers["set-cookie"].partition(";")[0]
        headers = {"cookie": cookie}
        assert len((await client.get("/auth/sessions", headers=headers)).json()) == 1
        second = await client.post("/auth/session", json=body, headers=headers)
        after = {"cookie": second.headers["set-cookie"].partition(";")[0]}
        assert (await client.get("/auth/sessions", headers=headers)).status_code == 401
        assert len((await client.get("/auth/sessions", headers=after)).json()) == 1
        response = await client.delete("/auth/session", headers=after)
        assert response.status_code == 204
        assert 'session=""' in response.headers["set-cookie"]
        for dead in (after, {"cookie": f"{cookie}; {cookie}"}, {"cookie": "__Host-session=x"}):
            assert (await client.post("/auth/session", json=body, headers=dead)).status_code == 204
        assert (await client.get("/auth/sessions", headers=after)).status_code == 401


def test_by_default_there_are_no_cookies(memory_shop):
    router = auth_routes(memory_shop.user)
    paths = {route.path for route in router.routes}
    assert "/auth/login" in paths
    assert "/auth/session" not in paths
