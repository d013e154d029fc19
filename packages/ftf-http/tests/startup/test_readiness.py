import asyncio
import subprocess
import sys
import threading
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import partial

import pytest
from fastapi import APIRouter
from fastapi.responses import PlainTextResponse

from ftf.http import FastTrackFramework, InvalidApplicationError


class Database:
    def __init__(self) -> None:
        self.up = True


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.register(Database, scope="singleton")
    return app


async def test_an_application_without_checks_is_ready(app, serve):
    async with serve(app) as client:
        answer = await client.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": {}})
    assert "/ready" not in app.openapi()["paths"]


async def test_checks_get_services_and_may_be_plain_or_async(app, serve, caplog):
    def plain(database: Database) -> bool:
        return database.up

    async def ping(database: Database) -> None:
        if not database.up:
            raise ConnectionError("secret host")

    app.add_readiness_check("plain", plain)
    app.add_readiness_check("ping", ping)
    async with serve(app) as client:
        assert (await client.get("/ready")).json()["checks"] == {"plain": "ok", "ping": "ok"}
        app.container.resolve(Database).up = False
        answer = await client.get("/ready")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json() == {
        "title": "Service Unavailable",
        "status": 503,
        "detail": "Not ready: plain, ping.",
        "checks": {"plain": "failed", "ping": "failed"},
    }
    assert "readiness check ping failed" in caplog.text
    assert "secret host" in caplog.text


async def test_checks_run_at_once_with_scoped_services_of_their_own(app, serve):
    meeting = asyncio.Barrier(2)
    seen = []

    async def meet(database: Database) -> None:
        seen.append(database)
        await meeting.wait()

    app.register(Database, scope="scoped")
    for name in ("one", "two"):
        app.add_readiness_check(name, meet)
    async with serve(app) as client:
        assert (await client.get("/ready")).json()["checks"] == {"one": "ok", "two": "ok"}
    assert seen[0] is not seen[1]


async def test_a_plain_check_knows_the_context_of_its_request(app, serve):
    tenant = ContextVar("tenant", default="none")
    app.add_readiness_check("tenant", lambda: tenant.get() == "shop")
    tenant.set("shop")
    async with serve(app) as client:
        assert (await client.get("/ready")).json()["checks"] == {"tenant": "ok"}


async def test_a_check_that_takes_too_long_fails_and_the_others_are_told(app, serve, caplog):
    async def hang() -> None:
        await asyncio.Event().wait()

    app.add_readiness_check("slow", hang, timeout=0)
    app.add_readiness_check("quick", lambda: None)
    async with serve(app) as client:
        answer = await client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"slow": "timed out", "quick": "ok"}
    assert "readiness check slow took over 0 s" in caplog.text


async def test_a_check_that_blocks_holds_nothing_up_but_itself(app, serve, caplog):
    begun, go_on = threading.Semaphore(0), threading.Event()

    def block(database: Database) -> None:
        begun.release()
        go_on.wait()

    app.add_readiness_check("blocking", block, timeout=0.01)
    app.add_readiness_check("quick", lambda: None)
    async with serve(app) as client:
        answers = [await client.get("/ready") for _ in range(3)]
        assert await asyncio.to_thread(begun.acquire, timeout=60)
        go_on.set()
    assert not begun.acquire(blocking=False)
    for answer in answers:
        assert answer.json()["checks"] == {"blocking": "timed out", "quick": "ok"}


STUCK = """
import asyncio, threading
from httpx import ASGITransport, AsyncClient
from ftf.http import FastTrackFramework

async def main():
    app = FastTrackFramework()
    app.add_readiness_check("stuck", threading.Event().wait, timeout=0.01)
    async with app.router.lifespan_context(app):
        transport = ASGITransport(app)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            print((await client.get("/ready")).json()["checks"])

asyncio.run(main())
"""


@pytest.mark.slow
def test_a_check_that_never_returns_does_not_keep_the_process_from_ending():
    command = [sys.executable, "-c", STUCK]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)  # noqa: S603  # our own text
    assert ended.stdout == "{'stuck': 'timed out'}\n"


async def test_runs_of_a_plain_check_do_not_overlap_and_its_failures_are_told(app, serve, caplog):
    running, runs = threading.Lock(), iter(range(3))

    def check() -> None:
        assert running.acquire(blocking=False)
        threading.Event().wait(0.001)
        running.release()
        if next(runs) == 1:
            raise ConnectionError("secret host")

    app.add_readiness_check("plain", check)
    async with serve(app) as client:
        answers = await asyncio.gather(*(client.get("/ready") for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [200, 200, 503]
    assert "secret host" in caplog.text


async def test_anything_that_can_be_called_is_a_check(app, serve):
    class Ping:
        async def __call__(self, database: Database) -> bool:
            return database.up

        async def method(self, database: Database, /, retries: int = 3) -> bool:
            return (database.up, retries) == (True, 3)

    async def answer(status: int) -> bool:
        return status < 400

    app.add_readiness_check("object", Ping())
    app.add_readiness_check("method", Ping().method)
    app.add_readiness_check("partial", partial(answer, 500))
    app.add_readiness_check("lambda", lambda: answer(500))
    async with serve(app) as client:
        checks = (await client.get("/ready")).json()["checks"]
    assert checks == {"object": "ok", "method": "ok", "partial": "failed", "lambda": "failed"}


def test_two_checks_cannot_share_a_name(app):
    app.add_readiness_check("database", lambda: False)
    with pytest.raises(ValueError, match="There is a readiness check database already"):
        app.add_readiness_check("database", lambda: True)


def test_what_cannot_be_called_is_no_check(app):
    with pytest.raises(TypeError, match="Readiness check database is not callable: 'ping'"):
        app.add_readiness_check("database", "ping")


async def test_a_check_that_cannot_get_its_services_stops_the_start(app, serve):
    class Missing:
        def __init__(self, number: int) -> None: ...

    def ping(m: Missing) -> None: ...

    app.add_readiness_check("database", ping)
    with pytest.raises(InvalidApplicationError, match="Readiness check database, parameter 'm'"):
        async with serve(app):
            pass


async def test_an_application_that_is_about_to_stop_is_not_ready_but_alive(app, serve):
    async with serve(app) as client:
        app.draining.end_streams()
        answer = await client.get("/ready")
        assert (answer.status_code, answer.json()["detail"]) == (
            503,
            "The application is about to stop.",
        )
        assert (await client.get("/health")).json() == {"status": "ok"}
    async with serve(app) as client:
        assert (await client.get("/ready")).status_code == 200


async def test_what_is_mounted_at_the_root_does_not_hide_health(app, serve):
    async def everything(scope, receive, send) -> None:
        await PlainTextResponse("mounted")(scope, receive, send)

    app.mount("/", everything)
    async with serve(app) as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
        assert (await client.get("/ready")).status_code == 200
        assert (await client.get("/anything")).text == "mounted"


def add_route(app) -> None:
    app.get("/health")(down)


def add_route_of_another_method(app) -> None:
    app.post("/health")(down)


def add_router(app) -> None:
    router = APIRouter()
    router.get("/health", status_code=503)(down)
    app.include_router(router)


def add_redirected(app) -> None:
    app.get("/health/")(down)


def add_mount(app) -> None:
    app.mount("/health", PlainTextResponse("mine"))


async def down() -> PlainTextResponse:
    return PlainTextResponse("mine")


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("add", "status", "text"),
    [
        (add_route, 200, "mine"),
        (add_route_of_another_method, 405, ""),
        (add_router, 200, "mine"),
        (add_redirected, 307, ""),
        (add_mount, 307, ""),
    ],
)
async def test_a_route_of_the_users_wins_whenever_it_is_added(serve, late, add, status, text):
    @asynccontextmanager
    async def lifespan(app):
        if late:
            add(app)
        yield

    app = FastTrackFramework(lifespan=lifespan, problem_details=False)
    if not late:
        add(app)
    async with serve(app) as client:
        answer = await client.get("/health")
        assert (answer.status_code, text in answer.text) == (status, True)
        assert (await client.get("/ready")).status_code == 200
    assert "/ready" not in [getattr(route, "path", "") for route in app.routes]


async def test_health_comes_before_the_default_of_the_router(app, serve):
    app.router.default = PlainTextResponse("single page")
    async with serve(app) as client:
        assert (await client.get("/health")).json() == {"status": "ok"}
        assert (await client.get("/anything/health")).text == "single page"


async def test_health_is_of_the_application_and_not_of_its_router(serve):
    app, other = FastTrackFramework(), FastTrackFramework()
    app.mount("/other", other)
    app.mount("/routes", other.router)
    app.add_readiness_check("database", lambda: False)
    async with serve(app) as client:
        assert (await client.get("/other/ready")).status_code == 200
        assert (await client.get("/ready")).status_code == 503
        assert (await client.get("/routes/ready")).status_code == 404
