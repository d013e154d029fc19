import asyncio
import gc
import warnings
from collections.abc import Callable

# Imported here because pytester drops what is first imported in a project, and these take long.
import fastapi
import httpx
import polyfactory.factories.sqlalchemy_factory
import pytest
import sqlalchemy.ext.asyncio

from ftf.testing import StreamingTransport

SETTINGS = """
[pytest]
addopts = --strict-markers --strict-config
filterwarnings = error
pythonpath = .
ftf_app = {app}
"""
SHOP = """
from contextlib import asynccontextmanager

from fastapi import Depends, FastAPI, Request
from fastapi.responses import StreamingResponse

from ftf.container import Container

class Mailer:
    name = "real"

class Fake:
    name = "fake"

class Desk:
    def __init__(self, mailer: Mailer):
        self.mailer = mailer

def clock():
    return "now"

@asynccontextmanager
async def lifespan(app):
    events.append("start")
    yield {"pool": 1}
    events.append("stop")

events = []
app = FastAPI(lifespan=lifespan)
app.container = Container()
app.container.register(Mailer, scope="singleton")
app.container.register(Desk, scope="singleton")

@app.get("/")
async def index(request: Request, time=Depends(clock)):
    desk = app.container.resolve(Desk)
    return [request.state.pool, time, desk.mailer.name, request.headers.get("x-user")]

@app.get("/error")
async def error():
    raise ZeroDivisionError("broken")

@app.get("/events")
async def news():
    async def numbers():
        while True:
            yield "data: 1\\n\\n"
    return StreamingResponse(numbers(), media_type="text/event-stream")

def make_app():
    return FastAPI()
"""
LOOPS = ("asyncio_default_fixture_loop_scope = function",)
_HEAVY = asyncio, fastapi, httpx, polyfactory, sqlalchemy


@pytest.fixture
def project(pytester) -> Callable[..., pytest.Pytester]:
    """A project of a user with a shop, apart from the settings of this one."""

    def make(
        test: str,
        *settings: str,
        app: str = "shop:app",
        loops: tuple[str, ...] = (*LOOPS, "asyncio_mode = auto"),
        **files: str,
    ) -> pytest.Pytester:
        _forget_loops()
        pytester.makeini("\n".join((SETTINGS.format(app=app), *loops, *settings)))
        pytester.makepyfile(test_it=test, shop=SHOP, **files)
        return pytester

    return make


@pytest.fixture
def client_of() -> Callable[..., httpx.AsyncClient]:
    """Make a client of an application, with the options of its transport."""

    def make(app, **options) -> httpx.AsyncClient:
        transport = StreamingTransport(app, **options)
        return httpx.AsyncClient(transport=transport, base_url="http://testserver")

    return make


def _forget_loops() -> None:
    """Collect the loops that old pytest-asyncio leaves open, before another test is blamed."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
