"""Options of security leave the direct way of a request open, which no layer stands in."""

import gc
import sys
import tracemalloc

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Host

from ftf.http import FastTrackFramework
from ftf.http.security import SecurityOptions

CLIENT = ("127.0.0.1", 5)


def application(**options) -> FastTrackFramework:
    app = FastTrackFramework(security=SecurityOptions(proxies=["127.0.0.1"], **options))

    @app.api_route("/", methods=["GET", "POST"])
    async def layers() -> list[str]:
        frame, found = sys._getframe(), []  # noqa: SLF001  # documented, but with an underscore
        while frame is not None:
            if frame.f_code.co_qualname.endswith("Middleware.__call__"):
                found.append(frame.f_code.co_qualname.split(".")[0])
            frame = frame.f_back
        return found

    @app.get("/unexpected")
    async def fail() -> None:
        raise OSError

    return app


def client_of(app: FastTrackFramework) -> AsyncClient:
    transport = ASGITransport(app, client=CLIENT, raise_app_exceptions=False)
    return AsyncClient(transport=transport, base_url="http://api.test")


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_is_admitted_is_served_without_layers(method):
    headers = {"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}
    async with client_of(application(hosts=["api.test"], https="require")) as client:
        shown = [await client.request(method, "/", headers=headers) for _ in range(3)]
    assert {"ConnectionMiddleware", "CsrfMiddleware"} <= {*shown[0].json()}
    assert shown[2].json() == []
    assert shown[2].headers["strict-transport-security"]


async def test_what_is_refused_or_redirected_is_answered_by_the_layers():
    foreign, navigates = {"sec-fetch-site": "cross-site"}, {"accept": "text/html"}
    secure = {"x-forwarded-for": "1.2.3.4", "x-forwarded-proto": "https"}
    async with client_of(application(https="require")) as client:
        for _ in range(3):
            assert (await client.post("/", headers=secure)).status_code == 200
            assert (await client.post("/", headers=secure | foreign)).status_code == 403
            assert (await client.get("/")).status_code == 403
            assert (await client.get("/", headers=navigates)).status_code == 308


async def test_an_error_in_the_direct_way_has_the_headers_of_any_response():
    headers = {"x-request-id": "given"}
    async with client_of(application()) as client:
        answers = [await client.get("/unexpected", headers=headers) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {500}
    assert sorted(answers[0].headers.raw) == sorted(answers[2].headers.raw)
    assert answers[2].headers["content-security-policy"]


async def test_the_host_that_a_proxy_names_chooses_the_route():
    app, shop = application(forwarded_host=True), Starlette()
    shop.add_route("/", lambda _: PlainTextResponse("shop"))
    app.router.routes.insert(0, Host("shop.test", shop))
    headers = {"x-forwarded-for": "1.2.3.4", "x-forwarded-host": "shop.test"}
    async with client_of(app) as client:
        for _ in range(3):
            assert (await client.get("/")).headers["content-type"] == "application/json"
            assert (await client.get("/", headers=headers)).text == "shop"


async def test_long_headers_are_not_kept():
    async with client_of(application(hosts=["api.test"], https="require")) as client:

        async def ask(number: int) -> int:
            text = f"{number}".rjust(30_000, "1")
            headers = dict.fromkeys(["host", "x-forwarded-for", "x-forwarded-proto"], text)
            return (await client.get("/", headers=headers)).status_code

        await ask(0)
        tracemalloc.start()
        try:
            assert {await ask(number) for number in range(1, 51)} == {400}
            gc.collect()
            kept, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert kept < 1_000_000


async def test_a_long_list_of_proxies_is_read_as_a_short_one():
    headers = {"x-forwarded-for": ", ".join(["6.6.6.6"] * 90 + ["1.2.3.4"])}
    app = application()

    async def show(request):
        return PlainTextResponse(request.client.host)

    app.add_route("/client", show)
    async with client_of(app) as client:
        assert [(await client.get("/client", headers=headers)).text for _ in range(2)] == [
            "1.2.3.4",
            "1.2.3.4",
        ]
