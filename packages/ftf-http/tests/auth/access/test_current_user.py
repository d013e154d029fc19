"""The user of a request: loaded once, for whoever asks, and kept by nothing."""

import asyncio
import gc
import weakref
from contextlib import suppress

import pytest
from auth_people import People, Person, guarded
from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import StreamingResponse

from ftf.http import Controller, Injected, get
from ftf.http.auth import Access, Auth, CurrentUser, Identity, Users, Visitor, public

BOB = {"x-user": "7 read"}


class Greeter:
    def __init__(self, auth: Auth[Person]) -> None:
        self.auth = auth

    async def greet(self) -> str:
        user = await self.auth.user()
        return "guest" if user is None else f"hello {user.name}"


class Second(Greeter): ...


async def test_edge_s61_a_user_is_loaded_once_whoever_asks(serve):
    app = guarded()
    app.register(Greeter)
    app.register(Second, scope="scoped")

    @app.get("/")
    async def show(
        one: CurrentUser[Person],
        two: CurrentUser[Person],
        greeter: Injected[Greeter],
        second: Injected[Second],
        me: Injected[Identity],
    ) -> list[str]:
        both = await asyncio.gather(greeter.greet(), second.greet())
        assert one is two
        assert greeter.auth.identity is me
        assert not greeter.auth.is_guest
        return [one.name, *both, *sorted(greeter.auth.scopes)]

    people = app.container.resolve(People)
    async with serve(app) as client:
        for _ in range(3):
            people.found.clear()
            answer = await client.get("/", headers=BOB)
            assert answer.json() == ["Bob", "hello Bob", "hello Bob", "read"]
            assert people.found == ["7"]


@pytest.mark.parametrize("name", ["close", "aclose", "dispose"])
async def test_no_method_of_the_user_is_called_at_the_end_of_a_request(serve, monkeypatch, name):
    called: list[Person] = []

    def end(self: Person) -> None:
        called.append(self)

    monkeypatch.setattr(Person, name, end, raising=False)
    app = guarded()

    @app.get("/")
    async def show(user: CurrentUser[Person], auth: Injected[Auth[Person]]) -> str:
        assert await auth.user() is user
        return user.name

    async with serve(app) as client:
        for _ in range(3):
            assert (await client.get("/", headers=BOB)).json() == "Bob"
    assert called == []


async def test_a_service_that_needs_a_user_refuses_a_guest(serve):
    app = guarded()

    @app.get("/")
    @public
    async def show(auth: Injected[Auth[Person]]) -> str:
        return (await auth.user_or_fail()).name

    async with serve(app) as client:
        for _ in range(3):
            assert (await client.get("/", headers=BOB)).json() == "Bob"
            refused = await client.get("/")
            assert refused.status_code == 401
            assert refused.headers["www-authenticate"]


async def test_edge_s61_streams_and_background_tasks_see_the_same_user(serve):
    app = guarded()
    seen: list[str] = []

    async def note(auth: Auth[Person]) -> None:
        user = await auth.user()
        seen.append(user.name)

    @app.get("/stream", response_class=StreamingResponse)
    async def stream(auth: Injected[Auth[Person]], user: CurrentUser[Person]) -> StreamingResponse:
        async def parts():
            await note(auth)
            yield user.name

        return StreamingResponse(parts())

    @app.get("/task")
    async def task(
        auth: Injected[Auth[Person]], user: CurrentUser[Person], tasks: BackgroundTasks
    ) -> str:
        tasks.add_task(note, auth)
        return user.name

    async with serve(app) as client:
        for _ in range(2):
            assert (await client.get("/stream", headers=BOB)).text == "Bob"
            assert (await client.get("/task", headers=BOB)).json() == "Bob"
    assert seen == ["Bob"] * 4


async def test_edge_s61_nothing_keeps_a_user_after_the_request(serve):
    app = guarded()
    people = app.container.resolve(People)
    kept: list[weakref.ref[Person]] = []

    async def find(subject: str) -> Person:
        found = Person(7, "Bob")
        kept.append(weakref.ref(found))
        return found

    people.find = find

    @app.get("/")
    async def show(user: CurrentUser[Person], auth: Injected[Auth[Person]]) -> str:
        return user.name

    async with serve(app) as client:
        for _ in range(3):
            assert (await client.get("/", headers=BOB)).status_code == 200
        gc.collect()
        assert [each() for each in kept] == [None] * 3


@pytest.mark.parametrize("marked", [True, False])
async def test_guests_are_admitted_where_the_type_says_so(serve, marked):
    app = guarded()

    async def show(user: CurrentUser[Person | None]) -> str:
        return "guest" if user is None else user.name

    app.get("/")(public(show) if marked else show)
    async with serve(app) as client:
        for _ in range(2):
            assert (await client.get("/")).json() == "guest"
            assert (await client.get("/", headers=BOB)).json() == "Bob"
            assert (await client.get("/", headers={"x-user": "bad"})).status_code == 401
            assert (await client.get("/", headers={"x-user": "8"})).status_code == 401
            assert (await client.get("/", headers={"x-user": "client:robot"})).json() == "guest"


async def test_a_demanded_user_closes_the_route(serve):
    app = guarded()
    router = APIRouter()

    @router.post("/plain")
    async def plain(body: dict[str, int], user: CurrentUser[Person]) -> str:
        return user.name

    class Mine(Controller):
        @get("/mine")
        def show(self, user: CurrentUser[Person]) -> str:
            return user.name

    app.include_router(router)
    app.add_controller(Mine)
    async with serve(app) as client:
        for _ in range(2):
            assert (await client.post("/plain", content=b"{")).status_code == 401
            assert (await client.post("/plain", json={"a": 1}, headers=BOB)).json() == "Bob"
            assert (await client.get("/mine")).status_code == 401
            assert (await client.get("/mine", headers=BOB)).json() == "Bob"
            robot = await client.get("/mine", headers={"x-user": "client:robot"})
            assert robot.status_code == 401


async def test_services_of_an_unmarked_route_ask_who_sends_it(serve):
    app = guarded()
    app.register(Greeter)
    people = app.container.resolve(People)

    @app.get("/")
    async def show(one: Injected[Greeter], two: Injected[Greeter]) -> list[str]:
        return [*await asyncio.gather(one.greet(), two.greet())]

    @app.get("/open")
    @public
    async def opened(visitor: Injected[Visitor], me: Injected[Auth[Person]]) -> bool:
        assert me.scopes == (visitor.identity.scopes if visitor.identity else frozenset())
        return me.is_guest

    async with serve(app) as client:
        for _ in range(2):
            people.found.clear()
            assert (await client.get("/", headers=BOB)).json() == ["hello Bob"] * 2
            assert people.found == ["7"]
            assert (await client.get("/")).json() == ["guest"] * 2
            assert (await client.get("/", headers={"x-user": "bad"})).status_code == 401
            assert (await client.get("/open", headers=BOB)).json() is False
            assert (await client.get("/open")).json() is True


@pytest.mark.parametrize("error", [RuntimeError("down"), TimeoutError("late")])
async def test_edge_s63_a_store_that_fails_is_never_passed(serve, error):
    app = guarded()
    called: list[str] = []

    async def find(subject: str) -> Person:
        raise error

    app.container.resolve(People).find = find

    @app.get("/", dependencies=[Access()])
    async def show() -> None:
        called.append("handler")

    async with serve(app) as client:
        for _ in range(3):
            assert (await client.get("/", headers=BOB)).status_code == 500
    assert not called


async def test_edge_s63_a_handler_cannot_undo_a_refusal(serve):
    app = guarded()

    @app.get("/")
    @Access()
    async def show() -> int:
        with suppress(BaseException):
            return 1
        return 2

    @app.exception_handler(500)
    async def never(_, __):
        raise AssertionError

    async with serve(app) as client:
        for user in ("99", "8", "bad"):
            assert (await client.get("/", headers={"x-user": user})).status_code == 401


async def test_a_user_of_another_class_is_an_error_of_the_program(serve):
    app = guarded()

    @app.get("/")
    async def show(user: CurrentUser[People]) -> int:
        return 1

    async with serve(app) as client:
        assert Users in app.container
        assert (await client.get("/", headers=BOB)).status_code == 500


async def test_an_application_that_was_not_started_knows_the_user_too(bare):
    app = guarded()

    @app.get("/")
    async def show(user: CurrentUser[Person]) -> str:
        return user.name

    async with bare(app) as client:
        for _ in range(2):
            assert (await client.get("/", headers=BOB)).json() == "Bob"
            assert (await client.get("/")).status_code == 401
