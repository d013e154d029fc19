"""Probes, which some guards let pass, and what is not one of them."""

import pytest
from fastapi import APIRouter, FastAPI
from raw_requests import Asked, Headers, ask
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.responses import PlainTextResponse
from starlette.routing import Host

from ftf.http import FastTrackFramework
from ftf.http.limits import Limit
from ftf.http.security import SecurityOptions

PROBED = SecurityOptions(hosts=["api.example.com"], https="require")
EVIL: Headers = ((b"host", b"evil.example"),)


@pytest.mark.parametrize("prefix", ["", "/api"])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/health", 200),
        ("HEAD", "/ready", 200),
        ("POST", "/health", 400),
        ("GET", "/ready/", 400),
        ("GET", "/own", 400),
    ],
)
async def test_probes_pass_for_every_host(method, path, status, prefix):
    app = FastTrackFramework(security=PROBED)
    app.root_path = prefix
    app.get("/ready")(lambda: None) if method == "GET" else app.mount("", PlainTextResponse("all"))
    app.add_api_route("/ready", lambda: "own", methods=["HEAD"])
    asked = Asked(method, prefix + path, EVIL, (b"",), "http")
    assert (await ask(app, asked)).status == status


def by_segment(app: FastAPI, handle) -> None:
    app.api_route("/{name}", methods=["GET", "POST"])(handle)


def by_rest(app: FastAPI, handle) -> None:
    router = APIRouter()
    router.api_route("/{name:path}", methods=["GET", "POST"])(handle)
    app.include_router(router)


def by_host(app: FastAPI, handle) -> None:
    below = FastAPI()
    below.api_route("/{name}", methods=["GET", "POST"])(handle)
    app.router.routes.append(Host("{any:path}", below))


class Failing(StringConvertor):
    """A convertor that no segment passes."""

    def convert(self, value: str) -> str:
        raise ValueError(value)


def by_convertor(app: FastAPI, handle) -> None:
    register_url_convertor("failing", Failing())
    app.get("/{name:failing}")(handle)


@pytest.mark.parametrize("declare", [by_segment, by_rest, by_host, by_convertor])
@pytest.mark.parametrize("path", ["/health", "/ready"])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_route_whose_path_matches_is_no_probe(method, path, declare):
    app, reached = FastTrackFramework(security=PROBED), []
    limited = FastTrackFramework()
    limited.add_limit("all", Limit.per_hour(1), everywhere=True)

    async def handle(name: str) -> None:
        reached.append(name)

    declare(app, handle)
    declare(limited, handle)
    for _ in range(2):
        assert (await ask(app, Asked(method, path, EVIL, (b"",), "http"))).status == 400
    assert reached == []
    await ask(limited, Asked(path="/other/one", body=(b"",)))
    reached.clear()
    assert (await ask(limited, Asked(method, path, body=(b"",)))).status == 429
    assert reached == []


async def test_a_stack_that_was_set_before_the_first_request_has_all_guards_around():
    app, reached = FastTrackFramework(security=PROBED), []
    app.get("/guarded/{number}")(lambda number: reached.append(number) or number)
    app.middleware_stack = app.router
    for _ in range(2):
        assert (await ask(app, Asked("GET", headers=EVIL))).status == 400
    assert reached == []
    assert (await ask(app, Asked("GET", body=(b"",)))).status == 200
    assert reached == ["1"]
