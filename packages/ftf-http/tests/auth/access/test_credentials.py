"""Credentials that an application issues itself, as for tests."""

from datetime import UTC, datetime

import pytest
from auth_people import HeaderGuard, People, Person
from auth_tokens import SECRET, Stopped

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    Access,
    AuthProvider,
    BearerGuard,
    Clock,
    CookieGuard,
    CookieSessions,
    Credentials,
    Grant,
    Identity,
    InvalidAuthError,
    Unauthenticated,
    fresh,
)
from ftf.http.security import SecurityOptions


class Sessions:
    """Logins of this test: the cookie is what the grant says."""

    async def identify(self, value, connection) -> Identity:
        subject, _, scope = value.partition(":")
        if subject != "7":
            raise Unauthenticated
        return Identity(subject=subject, guard="", scopes=frozenset([scope]))

    async def issue(self, grant: Grant) -> str:
        return f"{grant.subject}:{grant.scopes[0]}"


class Partners(BearerGuard):
    audience = "partners"


@pytest.fixture
def app() -> FastTrackFramework:
    people = People()
    people.add(Person(7, "Bob", auth_version=4))
    provider = AuthProvider(
        secrets=SECRET, issuer="https://api.example", audience="shop", users=people
    )
    app = FastTrackFramework(security=SecurityOptions())
    app.register(Clock, Stopped, scope="singleton")
    app.container.add_provider(provider)
    app.register(CookieSessions, Sessions)
    for name, guard in (
        ("api", BearerGuard),
        ("web", CookieGuard),
        ("partners", Partners),
        ("key", HeaderGuard),
    ):
        app.add_guard(name, guard)

    @app.get("/")
    @Access(scopes=["read"])
    async def show(me: Injected[Identity]) -> str:
        return f"{me.subject} {me.guard} {me.version}"

    @app.get("/fresh")
    @fresh(minutes=1)
    async def lately(me: Injected[Identity]) -> datetime | None:
        return me.authenticated_at

    return app


BOB = Person(7, "Bob", auth_version=4)


async def test_credentials_are_accepted_by_the_guard_that_has_issued_them(app, serve):
    async with serve(app) as client:
        credentials = app.container.resolve(Credentials)

        async def ask(*args: object, **options: object) -> object:
            headers = await credentials.headers(*args, **options)
            answer = await client.get("/", headers=headers)
            return answer.json() if answer.status_code == 200 else answer.status_code

        assert await ask(BOB) == "7 api 4"
        assert await ask(BOB, scopes=["read"], guard="web") == "7 web None"
        assert await ask(BOB, guard="partners") == "7 partners 4"
        assert await ask(BOB, scopes=["write"]) == 403
        assert await ask("client:robot") == "client:robot api None"
        assert await ask(Person(8)) == 401


async def test_only_fresh_credentials_are_fresh(app, serve):
    async with serve(app) as client:
        credentials = app.container.resolve(Credentials)
        now = await client.get("/fresh", headers=await credentials.headers(BOB))
        assert datetime.fromisoformat(now.json()) == Stopped().now().astimezone(UTC)
        late = await credentials.headers(BOB, fresh=False)
        assert (await client.get("/fresh", headers=late)).status_code == 401


async def test_a_guard_that_issues_nothing_is_named(app):
    credentials = app.container.resolve(Credentials)
    with pytest.raises(InvalidAuthError, match=r"HeaderGuard \(subject 7\) does not issue"):
        await credentials.headers(BOB, guard="key")
    with pytest.raises(InvalidAuthError, match=r"'x' does not exist.\n.*'api', 'web', 'partners'"):
        await credentials.headers(BOB, guard="x")


async def test_without_guards_there_is_nothing_to_issue():
    app = FastTrackFramework()
    app.require_login()
    with pytest.raises(InvalidAuthError, match=r"None does not exist.\nThe application has none"):
        await app.container.resolve(Credentials).headers(BOB)
