"""A route that is added while an application serves: a forgotten `Injected` does not open it."""

import pytest
from fastapi import APIRouter, Depends, FastAPI, WebSocket
from httpx import ASGITransport, AsyncClient
from opentelemetry.sdk.trace import TracerProvider
from pydantic import BaseModel
from starlette.middleware.gzip import GZipMiddleware

from ftf.http import Controller, FastTrackFramework, Injected, ReadServiceError, Router, post


class Settings(BaseModel):
    origin: str = "ours"


SENT = {"origin": "a client's"}


async def forgotten(settings: Settings) -> str:
    return settings.origin


async def injected(settings: Injected[Settings]) -> str:
    return settings.origin


class Forgotten(Controller):
    @post("/late")
    async def show(self, settings: Settings) -> str:
        return settings.origin


@pytest.fixture
def app() -> FastTrackFramework:
    app = FastTrackFramework()
    app.instance(Settings, Settings())
    app.get("/early")(injected)
    return app


def add_route(app: FastTrackFramework, _: APIRouter) -> None:
    app.post("/late")(forgotten)


def add_controller(app: FastTrackFramework, _: APIRouter) -> None:
    app.add_controller(Forgotten)


def add_router(app: FastTrackFramework, _: APIRouter) -> None:
    router, inner = Router(), APIRouter()
    inner.post("/late")(forgotten)
    router.include_router(inner)
    app.include_router(router)


def add_dependency(app: FastTrackFramework, _: APIRouter) -> None:
    app.post("/late", dependencies=[Depends(forgotten)])(lambda: "open")


def add_to_included(_: FastTrackFramework, included: APIRouter) -> None:
    included.post("/late")(forgotten)


def late_routes_are_served() -> bool:
    """Return whether FastAPI serves routes that are added to an included router; older has not."""
    app, router = FastAPI(), APIRouter()
    app.include_router(router)
    router.get("/late")(lambda: None)
    return "/late" in app.openapi()["paths"]


ADDING = [add_route, add_controller, add_router, add_dependency]
ADDING += [add_to_included] if late_routes_are_served() else []


@pytest.mark.parametrize("layered", [False, True])
@pytest.mark.parametrize("add", ADDING)
async def test_a_late_route_that_reads_a_service_is_refused(app, serve, add, layered):
    included = APIRouter()
    included.get("/included")(injected)
    app.include_router(included)
    if layered:
        app.add_middleware(GZipMiddleware)
    async with serve(app) as client:
        for _ in range(3):
            assert (await client.get("/early")).json() == "ours"
        add(app, included)
        for _ in range(3):
            assert (await client.post("/late", json=SENT)).status_code == 500
            assert (await client.get("/early")).json() == "ours"
        assert (await client.get("/late")).status_code == 405


async def test_the_error_names_route_parameter_and_remedy(app, serve):
    async with serve(app):
        add_route(app, APIRouter())
        async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
            for _ in range(2):
                with pytest.raises(
                    ReadServiceError, match=r"Write `Injected\[Settings\]`"
                ) as caught:
                    await client.post("/late", json=SENT)
                assert "Write `Injected[Settings]`" in str(caught.value)
                assert "POST /late, parameter 'settings'" in caught.value.__notes__


async def test_a_late_websocket_that_reads_a_service_is_refused(app, serve, talk):
    @app.websocket("/good")
    async def good(websocket: WebSocket, settings: Injected[Settings]) -> None:
        await websocket.accept()
        await websocket.close()

    async with serve(app):

        @app.websocket("/late")
        async def late(websocket: WebSocket, settings: Settings) -> None:
            await websocket.accept()

        await talk(app, "/good")
        with pytest.raises(ReadServiceError, match="Settings is a registered service"):
            await talk(app, "/late")


async def test_a_route_that_is_mended_or_removed_is_served_again(app, serve):
    async with serve(app) as client:
        add_route(app, APIRouter())
        assert (await client.post("/late", json=SENT)).status_code == 500
        app.router.routes.pop()
        assert (await client.post("/late", json=SENT)).status_code == 404
        app.post("/late")(injected)
        for _ in range(3):
            assert (await client.post("/late", json=SENT)).json() == "ours"


async def test_it_is_refused_where_telemetry_leaves_the_index_out(app, serve, monkeypatch):
    from opentelemetry import trace

    monkeypatch.setattr(trace, "_TRACER_PROVIDER", TracerProvider())
    async with serve(app) as client:
        add_route(app, APIRouter())
        assert (await client.post("/late", json=SENT)).status_code == 500
        assert (await client.get("/early")).json() == "ours"


async def test_an_application_that_was_not_started_checks_at_its_first_request(app, bare):
    add_route(app, APIRouter())
    async with bare(app) as client:
        for _ in range(3):
            assert (await client.post("/late", json=SENT)).status_code == 500
            assert (await client.get("/early")).json() == "ours"


async def test_mounted_applications_check_their_own(app, serve):
    outer = FastTrackFramework()
    outer.mount("/inner", app)
    async with serve(outer) as client:
        add_route(app, APIRouter())
        assert (await client.post("/inner/late", json=SENT)).status_code == 500
        assert (await client.get("/inner/early")).json() == "ours"
