"""One container scope for each request and each websocket."""

import asyncio
import gc
import weakref
from collections.abc import AsyncIterator

import pytest
from fastapi import BackgroundTasks, FastAPI, Request, WebSocket
from fastapi.responses import StreamingResponse

from ftf.container import Container
from ftf.http import FastTrackFramework, Injected, ScopeMiddleware


class Session: ...


@pytest.fixture
def container(log):
    async def open_session() -> AsyncIterator[Session]:
        try:
            yield Session()
        except RuntimeError as error:
            log.append(str(error))
            raise
        finally:
            log.append("closed")

    container = Container()
    container.register(Session, open_session, scope="scoped")
    return container


async def test_edge_7_a_stream_and_its_background_tasks_still_have_their_services(
    container, log, serve
):
    app = FastTrackFramework(container=container)

    @app.get("/")
    async def stream(session: Injected[Session], tasks: BackgroundTasks) -> StreamingResponse:
        async def lines() -> AsyncIterator[str]:
            for line in ("one", "two"):
                log.append(line)
                yield line

        tasks.add_task(log.append, "task")
        return StreamingResponse(lines(), background=tasks)

    async with serve(app) as client:
        assert (await client.get("/")).text == "onetwo"
    assert log == ["one", "two", "task", "closed"]


async def test_requests_leave_nothing_to_the_garbage_collector(container):
    app, seen = FastTrackFramework(container=container), []

    @app.get("/")
    async def show(session: Injected[Session], request: Injected[Request]) -> None:
        seen.extend((weakref.ref(session), weakref.ref(request)))

    async def nothing(*message: object) -> dict[str, object]: ...

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    gc.disable()
    try:
        await app(dict(scope), nothing, nothing)
        assert [reference() for reference in seen] == [None, None]
    finally:
        gc.enable()


async def test_a_request_that_fails_leaves_nothing_to_the_garbage_collector(container):
    app, seen = FastTrackFramework(container=container), []

    @app.get("/")
    async def show(session: Injected[Session]) -> None:
        seen.append(weakref.ref(session))
        raise LookupError

    async def nothing(*message: object) -> dict[str, object]: ...

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}
    gc.disable()
    try:
        with pytest.raises(LookupError):
            await app(dict(scope), nothing, nothing)
        assert [reference() for reference in seen] == [None]
    finally:
        gc.enable()


async def test_a_service_of_a_plain_asgi_application_can_have_the_request(container):
    class Page:
        def __init__(self, request: Request, again: Request) -> None:
            self.path = request.url.path if request is again else None

    async def show(scope, receive, send) -> None:
        page = await scope["ftf.http.scope"].aresolve(Page)
        scope["found"] = page.path

    async def never(*message: object) -> dict[str, object]: ...

    scope = {"type": "http", "path": "/page", "headers": []}
    await ScopeMiddleware(show, container)(scope, never, never)
    assert scope["found"] == "/page"


async def test_edge_1_services_see_what_the_handler_raised(container, log, serve):
    app = FastTrackFramework(container=container)

    @app.get("/")
    async def fail(session: Injected[Session]) -> None:
        raise RuntimeError("broken")

    async with serve(app) as client:
        assert (await client.get("/")).status_code == 500
    assert log == ["broken", "closed"]


async def test_edge_11_a_websocket_has_a_scope_of_its_own(container, log, talk):
    app = FastTrackFramework(container=container)

    @app.websocket("/ws")
    async def chat(socket: WebSocket, session: Injected[Session]) -> None:
        await socket.accept()
        log.append("talked")

    await talk(app, "/ws")
    assert log == ["talked", "closed"]


async def test_edge_13_concurrent_requests_share_nothing_scoped(container, serve):
    app = FastTrackFramework(container=container)
    seen: set[Session] = set()

    @app.get("/")
    async def show(one: Injected[Session], two: Injected[Session]) -> bool:
        await asyncio.sleep(0)
        seen.add(one)
        return one is two

    async with serve(app) as client:
        answers = await asyncio.gather(*(client.get("/") for _ in range(200)))
    assert all(answer.json() for answer in answers)
    assert len(seen) == 200


async def test_a_plain_application_gets_a_scope_from_the_middleware(container, log, serve):
    app = FastAPI()
    app.add_middleware(ScopeMiddleware, container=container)

    @app.get("/")
    async def show(session: Injected[Session]) -> str:
        return type(session).__name__

    async with serve(app) as client:
        assert (await client.get("/")).json() == "Session"
    assert log == ["closed"]


async def test_the_lifespan_passes_through_the_middleware(container):
    passed = []

    async def inner(scope, receive, send) -> None:
        passed.append(scope)

    await ScopeMiddleware(inner, container)({"type": "lifespan"}, None, None)
    assert passed == [{"type": "lifespan"}]


async def test_edge_31_a_mounted_application_has_its_own_container(container, serve):
    inner, outer = FastTrackFramework(container=container), FastTrackFramework()
    outer.register(Session, scope="scoped")

    @inner.get("/")
    @outer.get("/")
    async def show(session: Injected[Session]) -> int:
        return id(type(session))

    class Other(Session): ...

    outer.register(Session, Other, scope="scoped")
    outer.mount("/inner", inner)
    async with serve(outer) as client:
        assert (await client.get("/")).json() == id(Other)
        assert (await client.get("/inner/")).json() == id(Session)


async def test_edge_31_after_a_mounted_application_the_scope_is_the_outer_one_s(container, serve):
    found = []

    class Looking:
        def __init__(self, app) -> None:
            self.app = app

        async def __call__(self, scope, receive, send) -> None:
            before = scope.get("ftf.http.scope")
            await self.app(scope, receive, send)
            found.append((before is not None, scope.get("ftf.http.scope") is before))

    outer = FastTrackFramework()
    outer.add_middleware(Looking)
    outer.mount("/inner", FastTrackFramework(container=container))
    async with serve(outer) as client:
        assert (await client.get("/inner/health")).status_code == 200
    assert found == [(True, True)]
