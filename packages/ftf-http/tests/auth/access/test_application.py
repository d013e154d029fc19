"""Applications with and without guards: their lifespans, documents and shared parts."""

import sys

import pytest
from auth_people import HeaderGuard, People, Person, guarded
from auth_tokens import SECRET

from ftf.container import Container
from ftf.http import FastTrackFramework, Injected, InvalidApplicationError
from ftf.http.auth import (
    Access,
    Auth,
    AuthProvider,
    BearerGuard,
    CurrentUser,
    Identity,
    InvalidAuthError,
    Unauthenticated,
    Users,
    UserSource,
    public,
)
from ftf.http.limits import Limit, throttle


async def show() -> int:
    return 1


async def test_the_lifespan_of_a_server_passes_the_guards():
    app = guarded(closed=True)
    sent: list[str] = []
    asked = iter(["lifespan.startup", "lifespan.shutdown"])

    async def receive():
        return {"type": next(asked)}

    async def send(message):
        sent.append(message["type"])

    await app({"type": "lifespan", "asgi": {"version": "3.0"}}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_applications_that_share_a_container_share_their_guards(serve):
    container = Container()
    first, second = (FastTrackFramework(container=container) for _ in range(2))
    first.add_guard("api", HeaderGuard)
    second.require_login()
    for app in (first, second):
        app.get("/")(show)
    async with serve(second) as client:
        assert (await client.get("/")).status_code == 401
        assert (await client.get("/", headers={"x-user": "7"})).status_code == 200
    async with serve(first) as client:
        assert (await client.get("/")).status_code == 401


async def test_an_own_source_of_users_stays(serve):
    class Nobody:
        async def user(self) -> Person | None:
            return None

    app = FastTrackFramework()
    app.register(UserSource, Nobody, scope="scoped")
    app.add_guard("api", HeaderGuard)

    @app.get("/")
    async def ask(source: Injected[UserSource], auth: Injected[Auth[Person]]) -> bool:
        return source is not auth and await source.user() is None

    async with serve(app) as client:
        assert (await client.get("/", headers={"x-user": "7"})).json() is True


async def test_a_program_is_no_current_user_although_the_guard_is_passed(serve):
    app = guarded()

    @app.get("/")
    async def mine(user: CurrentUser[Person]) -> str:
        return user.name

    @app.get("/open")
    @public
    async def opened(me: Injected[Identity]) -> str:
        return me.subject

    async with serve(app) as client:
        robot = await client.get("/", headers={"x-user": "client:robot"})
        guest = await client.get("/open")
        assert (await client.get("/open", headers={"x-user": "client:robot"})).status_code == 200
    for answer in (robot, guest):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"] == 'Bearer realm="FastAPI"'


def test_a_document_without_demands_has_no_schemes():
    app = guarded()
    app.get("/")(show)
    app.add_api_route("/both", show, methods=["PUT"])
    app.add_limit("one", Limit.per_hour(1))
    app.get("/limited", dependencies=[throttle("one")])(show)
    app.get("/hidden", include_in_schema=False)(show)
    # A route of Starlette is not in the document, whatever has its path there.
    app.add_route("/limited", show, methods=["GET", "POST"])
    document = app.openapi()
    assert "securitySchemes" not in document["components"]
    assert "429" in document["paths"]["/limited"]["get"]["responses"]


async def test_an_application_whose_process_has_no_guards_looks_for_none(serve, monkeypatch):
    monkeypatch.delitem(sys.modules, "ftf.http.auth")
    app = FastTrackFramework()
    app.get("/")(show)
    async with serve(app) as client:
        assert (await client.get("/")).status_code == 200
        assert "security" not in app.openapi()["paths"]["/"]["get"]


async def test_a_start_that_fails_looks_for_no_guards_either(monkeypatch):
    monkeypatch.delitem(sys.modules, "ftf.http.auth")
    app = FastTrackFramework()

    @app.get("/")
    async def show(name: Injected[str]) -> str:
        return name

    with pytest.raises(InvalidApplicationError, match="built-in types"):
        async with app.router.lifespan_context(app):
            pass


async def test_a_guard_may_be_registered_and_have_its_own_challenge(serve):
    class Named:
        text = "Own realm"

    class OwnGuard(HeaderGuard):
        def __init__(self, named: Named) -> None:
            self.named = named

        async def authenticate(self, connection) -> Identity | None:
            raise Unauthenticated("No.", self.named.text)

    app = FastTrackFramework()
    app.register(Named, scope="singleton")
    app.register(OwnGuard, scope="singleton")
    app.add_guard("own", OwnGuard)
    app.get("/", dependencies=[Access()])(show)
    async with serve(app) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()["detail"]) == (401, "No.")
    assert answer.headers["www-authenticate"] == "Own realm"


async def test_secrets_without_users_and_guards_are_enough_to_start(serve):
    app = FastTrackFramework(providers=[AuthProvider(secrets=SECRET, issuer="i", audience="a")])
    app.get("/")(show)
    async with serve(app) as client:
        assert (await client.get("/")).status_code == 200
    assert Users not in app.container


async def test_a_bearer_guard_without_a_provider_is_refused():
    app = FastTrackFramework()
    app.instance(Users, People())
    app.add_guard("api", BearerGuard)
    app.get("/", dependencies=[Access()])(show)
    with pytest.raises(InvalidAuthError, match=r"Add `AuthProvider\("):
        async with app.router.lifespan_context(app):
            pass


@pytest.mark.parametrize("closed", [False, True])
async def test_a_public_route_is_called_as_it_is(serve, closed):
    app = guarded(closed=closed)
    app.get("/open", dependencies=[public])(show)
    app.get("/closed", dependencies=[Access()])(show)
    routes = {route.path: route for route in app.routes}
    async with serve(app) as client:
        for path in ("/open", "/closed"):
            await client.get(path)
        for path in ("/open", "/closed"):
            scope = {"type": "http", "method": "GET", "path": path}
            entry, _ = app.router.middleware_stack.find(scope)
            assert (entry.app is routes[path].app) == (path == "/open")


async def test_the_mark_of_a_public_route_is_not_asked(serve, monkeypatch):
    asked = []

    async def note(self, _):
        asked.append(self.demand)

    app = guarded(closed=True)
    app.get("/open")(public(show))
    async with serve(app) as client:
        await client.get("/open")  # FastAPI serves the first request of a route
        monkeypatch.setattr(type(public.dependency), "__call__", note)
        assert (await client.get("/open")).status_code == 200
    assert asked == []
