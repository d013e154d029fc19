import pytest
from fastapi import Depends, HTTPException

from ftf.container import Container
from ftf.http import Controller, FastTrackFramework, Injected, Router, delete, get, patch, post, put


class Counter:
    def __init__(self) -> None:
        self.count = 0


async def refuse() -> None:
    raise HTTPException(401)


class Things(Controller):
    prefix = "/things"
    tags = ("things",)

    def __init__(self, counter: Counter) -> None:
        self.counter = counter

    @get()
    async def index(self, page: int = 1) -> list[int]:
        self.counter.count += 1
        return [self.counter.count, page]

    @post(status_code=201)
    def create(self, name: str) -> str:
        return name

    @get("/{number}", tags=["one"])
    async def show(self, number: int, other: Injected[Counter]) -> list[object]:
        return [number, other is self.counter]

    @put("/{number}")
    @patch("/{number}")
    async def change(self, number: int) -> int:
        return number

    @delete("/{number}", status_code=204, dependencies=[Depends(refuse)])
    async def remove(self, number: int) -> None: ...


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.register(Counter, scope="scoped")
    app.add_controller(Things)
    return app


async def test_every_verb_is_served(app, serve):
    async with serve(app) as client:
        assert (await client.get("/things?page=2")).json() == [1, 2]
        created = await client.post("/things?name=box")
        assert (created.status_code, created.json()) == (201, "box")
        assert (await client.get("/things/3")).json() == [3, True]
        assert (await client.put("/things/4")).json() == 4
        assert (await client.patch("/things/5")).json() == 5
        assert (await client.delete("/things/6")).status_code == 401


async def test_a_request_has_a_controller_of_its_own(app, serve):
    async with serve(app) as client:
        assert [(await client.get("/things")).json() for _ in range(2)] == [[1, 1]] * 2


async def test_edge_25_a_controller_looks_like_functions_in_the_document(app):
    paths = app.openapi()["paths"]
    assert list(paths) == ["/things", "/things/{number}"]
    show = paths["/things/{number}"]["get"]
    assert show["tags"] == ["things", "one"]
    assert [parameter["name"] for parameter in show["parameters"]] == ["number"]
    assert show["operationId"] == "show_things__number__get"


async def test_a_router_takes_controllers(serve):
    router, app = Router(prefix="/api"), FastTrackFramework()
    router.add_controller(Things)
    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/api/things")).json() == [1, 1]


async def test_a_controller_lives_as_long_as_its_registration_says(serve):
    app = FastTrackFramework(container=Container(strict=True))
    app.register(Counter, scope="singleton")
    app.register(Things, scope="singleton")
    app.add_controller(Things)
    async with serve(app) as client:
        assert [(await client.get("/things")).json()[0] for _ in range(2)] == [1, 2]


async def test_a_controller_inherits_handlers_and_overrides_them(serve):
    class Special(Things):
        prefix = "/special"

        @get("/{number}")
        async def show(self, number: int) -> str:
            return f"special {number}"

    app = FastTrackFramework()
    app.add_controller(Special)
    async with serve(app) as client:
        assert (await client.get("/special")).json() == [1, 1]
        assert (await client.get("/special/1")).json() == "special 1"


def no_self(*args, **kwargs):
    """What a decorator that forgets `functools.wraps` leaves."""


@pytest.mark.parametrize(
    "method",
    [
        staticmethod(get()(lambda: 1)),
        classmethod(get()(lambda cls: 1)),
        get()(lambda: 1),
        get()(lambda page=1: page),
        get()(no_self),
    ],
    ids=["static", "class", "no parameter", "a default", "a bad decorator"],
)
def test_a_handler_without_self_is_refused_and_nothing_is_registered(method):
    app = FastTrackFramework()
    mistaken = type("Mistaken", (Controller,), {"index": method})
    with pytest.raises(TypeError, match=r"Mistaken\.index is a route handler and has no `self`"):
        app.add_controller(mistaken)
    assert mistaken not in app.container


@pytest.mark.parametrize("kind", [staticmethod, classmethod])
def test_a_verb_refuses_what_is_no_method_of_an_instance(kind):
    def index() -> None: ...

    with pytest.raises(TypeError, match="index is a route handler and has no `self`"):
        get()(kind(index))


@pytest.mark.parametrize("mistaken", [Counter, Things(Counter())])
def test_what_is_no_controller_class_is_refused(mistaken):
    with pytest.raises(TypeError, match="is not a subclass of Controller"):
        FastTrackFramework().add_controller(mistaken)
    with pytest.raises(TypeError, match="is not a subclass of Controller"):
        Router().add_controller(mistaken)


def test_a_prefix_without_a_leading_slash_is_refused():
    class Users(Controller):
        prefix = "users"

    with pytest.raises(ValueError, match="Users has no leading slash: write '/users'"):
        FastTrackFramework().add_controller(Users)


def test_parameters_that_cannot_be_named_are_refused():
    class Users(Controller):
        @get()
        async def show(self, /, number: int) -> None: ...

    with pytest.raises(TypeError, match=r"Users\.show is called by keywords: remove the `/`"):
        FastTrackFramework().add_controller(Users)


class Mail(Controller):
    @get("/mail")
    async def index(self) -> str:
        return "base"

    @get("/mail/{number}")
    async def show(self, number: int) -> int:
        return number


async def test_a_method_that_overrides_a_handler_keeps_its_route(serve):
    class Loud(Mail):
        async def index(self) -> str:
            return (await super().index()).upper()

        @get("/letters/{number}")
        async def show(self, number: int) -> int:
            return number

    class Quiet(Loud):
        index = None

    app = FastTrackFramework()
    app.add_controller(Loud)
    quiet = FastTrackFramework()
    quiet.add_controller(Quiet)
    async with serve(app) as client:
        assert (await client.get("/mail")).json() == "BASE"
        assert (await client.get("/letters/3")).json() == 3
        assert (await client.get("/mail/3")).status_code == 404
    assert list(quiet.openapi()["paths"]) == ["/letters/{number}"]


@pytest.mark.parametrize("kind", [FastTrackFramework, Router])
def test_a_controller_without_handlers_is_refused(kind):
    class Nothing(Controller):
        async def index(self) -> None: ...

    with pytest.raises(ValueError, match="Nothing has no handlers: decorate its methods with"):
        kind().add_controller(Nothing)


def test_a_path_without_a_leading_slash_is_refused():
    with pytest.raises(ValueError, match="The path 'q' of a handler has no leading slash: write"):
        get("q")


async def test_a_path_is_needed_where_there_is_no_prefix(serve):
    class Home(Controller):
        @get()
        async def index(self) -> str:
            return "home"

    with pytest.raises(ValueError, match="Home has a path without a slash: write `prefix"):
        FastTrackFramework().add_controller(Home)
    router, app = Router(prefix="/home"), FastTrackFramework()
    router.add_controller(Home)
    app.include_router(router)
    async with serve(app) as client:
        assert (await client.get("/home")).json() == "home"
