"""The cookie of a login: how it is set, and what is accepted of it."""

from datetime import UTC, datetime
from http.cookies import SimpleCookie

import pytest
from auth_people import People, Person
from auth_tokens import SECRET
from starlette.responses import Response

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    AuthProvider,
    CookieGuard,
    CookieSessions,
    CurrentUser,
    Identity,
    InvalidAuthError,
    SessionCookie,
    Unauthenticated,
)
from ftf.http.security import SecurityOptions

END = datetime(2099, 1, 1, tzinfo=UTC)


class Sessions:
    async def identify(self, value, connection) -> Identity:
        if value != "genuine":
            raise Unauthenticated("The cookie of the session is not valid.")
        return Identity(subject="7", guard="")


def shop(cookie: SessionCookie | None = None, **security: object) -> FastTrackFramework:
    people = People()
    people.add(Person(7, "Bob"))
    provider = AuthProvider(
        secrets=SECRET, issuer="https://api.example", audience="shop", users=people, cookie=cookie
    )
    app = FastTrackFramework(
        providers=[provider], security=SecurityOptions(**security) if security else None
    )
    app.register(CookieSessions, Sessions)
    app.add_guard("web", CookieGuard)

    @app.get("/me")
    async def me(user: CurrentUser[Person]) -> str:
        return user.name

    @app.post("/log-out")
    async def leave(cookie: Injected[SessionCookie]) -> Response:
        response = Response()
        cookie.clear(response)
        return response

    return app


def set_by(cookie: SessionCookie) -> str:
    response = Response()
    cookie.set(response, "value", END)
    return response.headers["set-cookie"]


def test_edge_s49_the_cookie_is_for_this_host_over_https_and_not_for_scripts():
    found = set_by(SessionCookie())
    assert found.startswith("__Host-session=value; ")
    assert {each.lower() for each in found.split("; ")[1:]} == {
        "expires=thu, 01 jan 2099 00:00:00 gmt",
        "httponly",
        "path=/",
        "samesite=lax",
        "secure",
    }
    (morsel,) = SimpleCookie(set_by(SessionCookie(plain_http=True))).values()
    assert (morsel.key, morsel["secure"], morsel["httponly"]) == ("session", "", True)
    assert repr(SessionCookie()) == "SessionCookie(name='__Host-session')"


async def test_edge_s49_the_cookie_is_cleared_as_it_was_set(serve):
    async with serve(shop(csrf="on")) as client:
        found = (await client.post("/log-out")).headers["set-cookie"].lower()
    assert found.startswith('__host-session=""; ')
    for part in ("max-age=0", "httponly", "path=/", "samesite=lax", "secure"):
        assert part in found


async def test_edge_s49_plain_http_is_refused_beside_https():
    app = shop(SessionCookie(plain_http=True), https="require")
    with pytest.raises(InvalidAuthError, match=r"SessionCookie\(plain_http=True\) stands beside"):
        async with app.router.lifespan_context(app):
            pass


@pytest.mark.parametrize("security", [{}, {"csrf": "off"}])
async def test_cookies_without_protection_from_other_sites_are_refused(security):
    app = shop(**security)
    with pytest.raises(InvalidAuthError, match="CookieGuard accepts what browsers send for other"):
        async with app.router.lifespan_context(app):
            pass


async def test_edge_s51_one_cookie_is_accepted_and_several_are_not(serve):
    async with serve(shop(csrf="on")) as client:

        async def status(*cookies: str) -> int:
            headers = [(b"cookie", each.encode("latin-1")) for each in cookies]
            return (await client.get("/me", headers=headers)).status_code

        for _ in range(2):
            assert await status("__Host-session=genuine") == 200
            assert await status("a=1; __Host-session=genuine;b=2") == 200
            assert await status() == 401
            assert await status("__Host-session=") == 401
            assert await status("session=genuine") == 401
            assert await status("__host-session=genuine") == 401
            assert await status("x__Host-session=genuine") == 401
            assert await status("__Host-session=genuine; __Host-session=genuine") == 401
            assert await status("__Host-session=other; __Host-session=genuine") == 401
            assert await status("__Host-session=genuine", "__Host-session=genuine") == 401
            assert await status(f"__Host-session=genuine{'x' * 5_000}") == 401
            assert await status('__Host-session="genuine"') == 401
            assert await status("__Host-session=\xff") == 401


async def test_a_refused_cookie_has_no_challenge(serve):
    async with serve(shop(csrf="on")) as client:
        answer = await client.get("/me", headers={"cookie": "__Host-session=other"})
    assert "www-authenticate" not in answer.headers
    assert "set-cookie" not in answer.headers


async def test_answers_to_a_user_are_not_stored(serve):
    async with serve(shop(csrf="on")) as client:
        for _ in range(2):
            answer = await client.get("/me", headers={"cookie": "__Host-session=genuine"})
            assert answer.headers["cache-control"] == "no-store"
            assert "cookie" in answer.headers["vary"]
