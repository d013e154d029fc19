from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from inspect import getattr_static, signature

import pytest
from fastapi import Depends, FastAPI, HTTPException, WebSocket
from fastapi.middleware import Middleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Mount

from ftf.container import Container
from ftf.http import FastTrackFramework, Injected


class Clock: ...


def test_what_fastapi_takes_is_taken():
    app = FastTrackFramework(title="Blog", version="2", openapi_url=None)
    assert isinstance(app, FastAPI)
    assert (app.title, app.version, app.openapi_url) == ("Blog", "2", None)


def test_registering_on_the_application_is_registering_in_its_container():
    app = FastTrackFramework()
    app.register(Clock, scope="singleton")
    assert Clock in app.container


def test_an_instance_of_the_application_is_one_of_its_container():
    app, clock = FastTrackFramework(), Clock()
    app.instance(Clock, clock)
    assert app.container.resolve(Clock) is clock


def test_a_container_can_be_given():
    container = Container(strict=True)
    assert FastTrackFramework(container=container).container is container


def test_two_applications_share_nothing():
    one, two = FastTrackFramework(), FastTrackFramework()
    one.register(Clock)
    assert Clock not in two.container


async def refuse() -> None:
    raise HTTPException(401)


async def test_health_answers_whatever_the_routes_depend_on_and_is_not_documented(serve):
    app = FastTrackFramework(dependencies=[Depends(refuse)])
    async with serve(app) as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
    assert app.openapi()["paths"] == {}


async def test_a_health_route_of_the_users_wins(serve):
    app = FastTrackFramework()

    @app.get("/health")
    async def health() -> str:
        return "splendid"

    async with serve(app) as client:
        assert (await client.get("/health")).json() == "splendid"


class Instrumented(FastAPI):
    """A class like the one by which OpenTelemetry replaces FastAPI."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        raise AssertionError


@pytest.mark.parametrize("found", [FastAPI, Instrumented])
def test_an_option_that_fastapi_does_not_know_is_refused_unless_it_keeps_it(found, monkeypatch):
    monkeypatch.setattr("ftf.http._application.FastAPI", found)
    assert FastTrackFramework(title="Blog").title == "Blog"
    if "extra" in signature(FastAPI.__init__).parameters:
        assert FastTrackFramework(tittle="Blog").extra == {"tittle": "Blog"}
    else:
        with pytest.raises(TypeError, match=r"FastAPI [0-9.]+ has no option named tittle\."):
            FastTrackFramework(tittle="Blog")


async def test_edge_40_what_starlette_says_of_a_large_body_becomes_a_problem(serve, talk):
    app = FastTrackFramework()
    app.max_body_size = 10

    @app.get("/say/{text}")
    async def answer(text: str, status: int = 413, kind: str = "text/plain") -> PlainTextResponse:
        return PlainTextResponse(text, status, media_type=kind)

    @app.get("/chunks")
    async def chunks() -> StreamingResponse:
        return StreamingResponse(iter(["too", " large"]), 413, media_type="text/plain")

    @app.websocket("/ws")
    async def chat(socket: WebSocket) -> None:
        await socket.accept()

    async with serve(app) as client:
        answer = await client.get("/say/Content Too Large")
        assert answer.json() == {"title": "Content Too Large", "status": 413}
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.get("/say/mine")).text == "mine"
        assert (await client.get("/say/Content Too Large?status=400")).status_code == 400
        answer = await client.get("/say/Content Too Large?kind=text/html")
        assert answer.text == "Content Too Large"
        assert (await client.get("/chunks")).text == "too large"
        assert (await client.get("/health")).status_code == 200
    assert [message["type"] for message in await talk(app, "/ws")] == ["websocket.accept"]


@pytest.mark.parametrize(("problem_details", "limit"), [(False, 10), (True, None)])
async def test_without_problems_or_a_limit_that_text_stays(serve, problem_details, limit):
    app = FastTrackFramework(problem_details=problem_details)
    app.max_body_size = limit

    @app.get("/")
    async def answer() -> PlainTextResponse:
        return PlainTextResponse("Content Too Large", 413)

    async with serve(app) as client:
        assert (await client.get("/")).text == "Content Too Large"


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
async def test_edge_40_a_body_over_the_limit_is_a_problem(serve, declared):
    if "max_body_size" not in signature(FastAPI).parameters:
        pytest.skip("this FastAPI has no limit")
    app = FastTrackFramework(max_body_size=10)

    @app.post("/read")
    async def read(body: dict[str, int]) -> None: ...

    @app.post("/unread")
    async def unread() -> PlainTextResponse:
        return PlainTextResponse("mine", 413)

    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"a":'
        yield b"123456}"

    async with serve(app) as client:
        headers = {"content-type": "application/json"}
        body = b'{"a":123456}' if declared else chunks()
        answer = await client.post("/read", content=body, headers=headers)
        assert answer.json() == {"title": "Content Too Large", "status": 413}
        assert answer.headers["content-type"] == "application/problem+json"
        assert (await client.post("/unread", content=b"little")).text == "mine"


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [(b"{", "application/json", 422), (b"{}", "text/plain", 422), (b'{"a":"\xff"}', "a/json", 422)],
)
async def test_edge_40_a_body_that_is_no_json_is_a_problem(serve, content, content_type, status):
    app = FastTrackFramework()

    @app.post("/")
    async def create(body: dict[str, int]) -> None: ...

    async with serve(app) as client:
        answer = await client.post("/", content=content, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_edge_35_without_a_start_the_application_works_lazily(bare):
    app = FastTrackFramework()

    @app.get("/")
    async def show(clock: Injected[Clock]) -> str:
        return type(clock).__name__

    async with bare(app) as client:
        assert (await client.get("/")).json() == "Clock"


async def test_edge_31_a_mounted_application_starts_and_stops_with_the_outer_one(serve):
    log: list[str] = []

    def noting(name: str, state: dict[str, str] | None):
        @asynccontextmanager
        async def lifespan(app) -> AsyncIterator[dict[str, str] | None]:
            log.append(f"{name} starts")
            yield state
            log.append(f"{name} stops")

        return lifespan

    outer = FastTrackFramework(lifespan=noting("outer", None))
    inner = FastTrackFramework(lifespan=noting("inner", {"colour": "green"}))
    silent, deep, plain = FastTrackFramework(), FastTrackFramework(), FastAPI()
    deep.router.lifespan_context = noting("deep", None)
    outer.router.routes.append(Mount("/inner", inner, middleware=[Middleware(GZipMiddleware)]))
    outer.mount("/again", GZipMiddleware(inner))
    outer.mount("/silent", silent)
    outer.mount("/plain", plain)
    plain.mount("/deep", deep)
    async with outer.router.lifespan_context(outer) as state:
        assert state == {"colour": "green"}
    starts, stops = log[:3], log[3:]
    assert starts == ["outer starts", "inner starts", "deep starts"]
    assert stops == ["deep stops", "inner stops", "outer stops"]


async def test_edge_31_ours_mounted_in_a_plain_application(serve):
    outer, inner = FastAPI(), FastTrackFramework()
    inner.register(Clock, scope="scoped")

    @inner.get("/")
    async def show(clock: Injected[Clock]) -> str:
        return type(clock).__name__

    outer.mount("/inner", inner)
    async with serve(outer) as client:
        assert (await client.get("/inner/")).json() == "Clock"
        assert (await client.get("/inner/nowhere")).json()["title"] == "Not Found"


async def test_two_applications_can_share_a_container(serve):
    container = Container()
    for app in (FastTrackFramework(container=container) for _ in range(2)):
        async with serve(app) as client:
            assert (await client.get("/health")).status_code == 200


@pytest.mark.parametrize(
    ("name", "option"), [("container", "container=..."), ("draining", "shutdown_delay=...")]
)
def test_what_the_application_is_made_with_is_not_replaced(name, option):
    app = FastTrackFramework()
    before = getattr(app, name)
    with pytest.raises(AttributeError, match=rf"FastTrackFramework\.{name} is set when") as caught:
        setattr(app, name, "mine")
    assert f"`FastTrackFramework({option})`: keep 'mine' under another name" in str(caught.value)
    assert f"`app.state.{name}`" in str(caught.value)
    assert getattr(FastTrackFramework, name) is getattr_static(FastTrackFramework, name)
    assert getattr(app, name) is before
