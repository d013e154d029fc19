"""ASGI middleware: built by the container, mapped errors, BaseHTTPMiddleware inside and outside."""

from contextvars import ContextVar
from itertools import count

import pytest
from fastapi import HTTPException
from httpx import ASGITransport, AsyncClient
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request

from ftf.container import ScopeNotActiveError
from ftf.http import FastTrackFramework, Injected, InvalidInjectionError


class Clock:
    def __init__(self, name: str = "clock") -> None:
        self.name = name


class Session: ...


class Stamp:
    """Adds the name of its clock to every response."""

    def __init__(self, app, clock: Clock, suffix: str = "") -> None:
        self.app = app
        self.value = (clock.name + suffix).encode()

    async def __call__(self, scope, receive, send) -> None:
        async def stamped(message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (b"x-stamp", self.value)]
            await send(message)

        await self.app(scope, receive, stamped)


@pytest.fixture
def app():
    app = FastTrackFramework()

    @app.get("/")
    async def show() -> str:
        return "fine"

    return app


async def test_a_stack_that_is_built_again_takes_the_place_of_the_first(app, serve):
    made = []

    class Counted(Stamp):
        def __init__(self, app, clock: Clock) -> None:
            super().__init__(app, clock)
            made.append(clock)

    app.add_middleware(Counted)
    app.middleware_stack = app.build_middleware_stack()
    app.middleware_stack = app.build_middleware_stack()
    async with serve(app) as client:
        assert (await client.get("/")).headers.get_list("x-stamp") == ["clock"]
    assert len(made) == 1


async def test_the_container_delivers_what_a_constructor_lacks(app, serve):
    async def wind() -> Clock:
        return Clock("wound")

    app.register(Clock, wind, scope="singleton")
    app.add_middleware(Stamp, suffix="!")
    app.add_middleware(GZipMiddleware, minimum_size=1)
    async with serve(app) as client:
        answer = await client.get("/")
    assert (answer.headers["x-stamp"], answer.headers["content-encoding"]) == ("wound!", "gzip")


async def test_arguments_without_number_are_not_asked_for(app, serve):
    class Open(Stamp):
        def __init__(self, app, clock: Clock, *more: int, **options: str) -> None:
            super().__init__(app, clock, f" {more} {options}")

    app.add_middleware(Open)
    async with serve(app) as client:
        assert (await client.get("/")).headers["x-stamp"] == "clock () {}"


async def test_a_middleware_is_built_anew_at_each_start(app, serve):
    made = []

    def wind() -> Clock:
        made.append(Clock(str(len(made))))
        return made[-1]

    app.register(Clock, wind, scope="singleton")
    app.add_middleware(Stamp)
    for expected in ("0", "1"):
        async with serve(app) as client:
            assert (await client.get("/")).headers["x-stamp"] == expected


async def test_edge_35_without_a_start_a_middleware_is_built_by_the_first_request(app, bare):
    numbers = map(str, count())

    def wind() -> Clock:
        return Clock(next(numbers))

    app.register(Clock, wind)
    app.add_middleware(Stamp)
    async with bare(app) as client:
        assert (await client.get("/")).headers["x-stamp"] == "0"
        assert (await client.get("/")).headers["x-stamp"] == "0"


async def test_a_middleware_built_by_a_request_knows_nothing_of_it(app, bare):
    tenant = ContextVar("tenant", default="none")

    def wind() -> Clock:
        return Clock(tenant.get())

    app.register(Clock, wind)
    app.add_middleware(Stamp)
    tenant.set("shop")
    async with bare(app) as client:
        assert (await client.get("/")).headers["x-stamp"] == "none"


async def test_a_middleware_cannot_keep_what_belongs_to_a_request(app, serve, bare):
    class Keeping:
        def __init__(self, app, session: Session) -> None: ...

    app.register(Session, scope="scoped")
    app.add_middleware(Keeping)
    with pytest.raises(ScopeNotActiveError, match="Session is scoped"):
        async with serve(app):
            pass
    async with bare(app) as client:
        assert (await client.get("/")).status_code == 500


@pytest.mark.parametrize(
    ("error", "status"), [(HTTPException(403, "No"), 403), (LookupError("No"), 404)]
)
async def test_edge_38_an_error_of_a_middleware_is_answered_like_one_of_a_route(
    app, serve, error, status
):
    class Refusing:
        def __init__(self, app) -> None: ...

        async def __call__(self, scope, receive, send) -> None:
            raise error

    app.map_error(LookupError, 404)
    app.add_middleware(Refusing)
    async with serve(app) as client:
        answer = await client.get("/")
    assert (answer.status_code, answer.json()["detail"]) == (status, "No")


async def test_edge_38_an_unexpected_error_of_a_middleware_reaches_the_server_too(app):
    class Broken:
        def __init__(self, app) -> None: ...

        async def __call__(self, scope, receive, send) -> None:
            raise RuntimeError("broken")

    app.add_middleware(Broken)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        with pytest.raises(RuntimeError, match="broken"):
            await client.get("/")


async def test_edge_38_an_error_of_the_resolver_is_answered_like_any_other(app, serve):
    class Broken:
        def __init__(self) -> None:
            raise LookupError("No")

    app.map_error(LookupError, 404)

    @app.get("/broken")
    async def broken(broken: Injected[Broken]) -> None: ...

    async with serve(app) as client:
        assert (await client.get("/broken")).status_code == 404


async def test_edge_41_base_http_middleware_inside(app, serve):
    app.register(Session, scope="scoped")

    class Passing(BaseHTTPMiddleware):
        async def dispatch(self, request: Request, call_next):
            response = await call_next(request)
            response.headers["x-passed"] = "yes"
            return response

    @app.get("/twice")
    async def twice(one: Injected[Session], two: Injected[Session]) -> bool:
        return one is two

    app.add_middleware(Passing)
    async with serve(app) as client:
        answer = await client.get("/twice")
    assert (answer.json(), answer.headers["x-passed"]) == (True, "yes")


async def test_the_lifespan_reaches_the_application_through_middleware_that_it_builds(app):
    app.add_middleware(Stamp)
    heard = [{"type": "lifespan.startup"}, {"type": "lifespan.shutdown"}]
    sent = []

    async def receive() -> dict[str, object]:
        return heard.pop(0)

    async def send(message) -> None:
        sent.append(message["type"])

    await app({"type": "lifespan", "app": app, "state": {}}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_what_can_neither_be_given_nor_looked_up_is_refused(app, serve):
    class Limited:
        def __init__(self, app, limit) -> None: ...

    app.add_middleware(Limited)
    with pytest.raises(
        InvalidInjectionError, match=r"'limit' of .*__init__ has no annotation"
    ) as it:
        async with serve(app):
            pass
    assert str(it.value).endswith("Annotate it with its service, or pass it.")
