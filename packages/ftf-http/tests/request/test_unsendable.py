"""Responses that HTTP cannot send: nothing is committed, and the client hears what was wrong."""

from contextlib import suppress
from http.cookies import CookieError
from typing import Literal

import pytest
from echoing import declare
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from httpx import ASGITransport, AsyncClient
from running import running
from starlette.applications import Starlette
from starlette.routing import Route as StarletteRoute

from ftf.container import Container
from ftf.http import FastTrackFramework, Router, ScopeMiddleware, UnsendableResponseError

JSON = {"content-type": "application/json"}
NOT_IN_VALUES = ["\0", "\x01", "\n", "\r", "a\r\nset-cookie: b=c", "\x1b[0m", "\x7f"]


@pytest.fixture(params=["plan", "fastapi", "middleware"])
def app(request, log) -> FastTrackFramework:
    """An application whose routes are served by plans, by FastAPI or behind middleware."""
    app = FastTrackFramework()
    router = Router() if request.param == "plan" else APIRouter()
    declare(router, log)
    app.include_router(router)
    if request.param == "middleware":

        @app.middleware("http")
        async def passing(request, call_next):
            return await call_next(request)

    return app


@pytest.fixture
def get(app, bare):
    async def got(path: str, **params: str):
        async with bare(app) as client:
            return await client.get(path, params=params)

    return got


@pytest.fixture
def post(app, bare):
    async def posted(path: str, **options: object):
        async with bare(app) as client:
            return await client.post(path, **options)

    return posted


@pytest.mark.parametrize("path", ["/header", "/error", "/media", "/stream", "/cookie/path"])
async def test_a_header_with_a_control_character_of_the_client_is_not_valid(get, path, log):
    for text in NOT_IN_VALUES:
        response = await get(path, x=text)
        assert response.status_code == 422, text
        refused = next(each for each in text if not each.isprintable())
        said = f"Input should be text that a header can hold: {refused!r} is not"
        (fault,) = response.json()["errors"]
        assert (fault["in"], fault["detail"]) == ("query", said)
    assert log == ["rollback"] * len(NOT_IN_VALUES) * (path == "/header")


async def test_the_path_and_cookies_may_have_control_characters_as_well(get, app, bare):
    response = await get("/a%0Ab/response")
    assert response.json()["errors"][0]["in"] == "path"
    async with bare(app) as client:
        headers = {"cookie": r'name="a\012b"'}
        assert (await client.get("/cookie/echo", headers=headers)).status_code == 422


async def test_what_is_quoted_is_sent_or_not_valid(get):
    for path in ("/redirect", "/file", "/cookie/value"):
        for text in ("\n", "\0", "ł", '"', ";"):
            assert (await get(path, x=text)).status_code < 500, (path, text)


async def test_a_name_of_a_header_that_is_none_is_not_valid(get):
    for text in ("", "a b", "a:b", "a\nb", "Å"):
        response = await get("/name", x=text)
        assert response.status_code == 422, text
        assert "text that a header name can hold" in response.text


async def test_white_space_around_the_value_of_a_header_is_not_sent(get, log):
    for text in (" a", "a ", "\ta\t", "  "):
        response = await get("/header", x=text)
        assert response.headers["x-name"] == text.strip()
    assert log == ["commit"] * 4


async def test_any_other_text_in_a_header_is_sent_as_it_is(get):
    for text in ("a  b", "a\tb", "\xa0", "é", ""):
        assert (await get("/header", x=text)).headers["x-name"] == text


async def test_a_name_of_a_cookie_that_is_none_is_not_valid(get, log):
    for text in ("", "a b", ";", "path", "ł", "a\n"):
        assert (await get("/cookie/name", x=text)).status_code == 422, text
    assert log == ["rollback"] * 6


async def test_a_value_that_newer_versions_of_python_refuse_in_cookies_is_not_valid(app, bare):
    @app.get("/cookie")
    async def show(x: str) -> None:
        raise CookieError(f"Control characters are not allowed in cookies {len(x)}")

    async with bare(app) as client:
        assert (await client.get("/cookie", params={"x": "a\n"})).status_code == 422
        assert (await client.get("/cookie", params={"x": "a"})).status_code == 500


async def test_a_name_of_a_file_with_nul_is_not_valid(get):
    response = await get("/path", x="\0")
    assert response.status_code == 422
    assert response.json()["errors"][0]["detail"] == "Input should be text without NUL"


@pytest.mark.parametrize("path", ["/status", "/status/response/{}", "/status/error"])
async def test_a_status_that_http_does_not_have_is_not_valid(get, path, log):
    statuses = ("99", "-1", "600", "1000", "100", "0600")
    for status in statuses:
        response = await get(path.format(status), x=status)
        assert response.status_code == 422, status
        assert f"a status can hold: '{int(status)}' is not" in response.text
    assert log == ["rollback"] * len(statuses) * (path == "/status")


async def test_a_body_of_json_may_have_it(post):
    for content in (b'{"name": "a\\nb"}', b'{"name": "\\u0000"}'):
        response = await post("/body", content=content, headers=JSON)
        said = response.json()["errors"][0]
        assert said["in"] == "body"
        assert "a header can hold" in said["detail"]


async def test_a_number_of_the_body_may_be_the_status(post):
    assert (await post("/body/status", json={"status": 99})).status_code == 422


async def test_other_bodies_may_have_it(post):
    assert (await post("/text", content=b"a\nb")).status_code == 422
    assert (await post("/form", data={"name": "a\nb"})).status_code == 422
    files = {"other": ("a.txt", b"text")}
    assert (await post("/form", data={"name": "a\nb"}, files=files)).status_code == 422
    assert (await post("/form", files={"name": ("a.txt", b"\n")})).status_code == 200


async def test_a_long_body_or_the_rest_of_one_may_have_it(post):
    async def drops():
        for _ in range(1_100):
            yield b"a"

    assert (await post("/own", content=b"a" * 70_000)).status_code == 422
    assert (await post("/own", content=drops())).status_code == 422
    assert (await post("/own", content=b"a" * 60_000)).status_code == 500


async def test_what_the_request_does_not_have_is_an_error_of_the_server(app, post):
    response = await post("/own", content=b"fine", params={"x": "fine"})
    assert response.status_code == 500
    assert response.json().keys() == {"title", "status", "request_id"}
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        with pytest.raises(UnsendableResponseError, match=r"'x-name' of a response cannot have"):
            await client.post("/own")
        with pytest.raises(UnsendableResponseError, match="from 200 to 599, not 99"):
            await client.get("/own/status")


async def test_a_handler_of_the_users_answers_first(app, bare, log):
    app.map_error(UnsendableResponseError, 400)
    async with bare(app) as client:
        response = await client.get("/header", params={"x": "\n"})
    assert response.status_code == 400
    assert log == ["rollback"]


async def test_plain_applications_answer_in_their_own_way():
    container = Container()
    plain = FastAPI()
    plain.add_middleware(ScopeMiddleware, container=container)

    @plain.get("/")
    async def show(x: float) -> Response:
        return {"x": x}

    async def starlette(request: Request) -> Response:
        raise ValueError("Out of range float values are not JSON compliant")

    other = Starlette(routes=[StarletteRoute("/", starlette)])
    other.add_middleware(ScopeMiddleware, container=container)

    async def raw(scope, receive, send):
        raise ValueError("Out of range float values are not JSON compliant")

    for app, status in ((plain, 422), (other, 500), (ScopeMiddleware(raw, container), 500)):
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            assert (await client.get("/", params={"x": "nan"})).status_code == status


async def test_an_application_that_goes_on_after_it_sends_nothing_more(app, bare):
    async def stubborn(scope, receive, send):
        start = {"type": "http.response.start", "status": 200, "headers": iter([(b"a", b"\n")])}
        for message in (start, {"type": "http.response.body", "body": b"late"}, start):
            with suppress(BaseException):
                await send(message)

    app.mount("/stubborn", stubborn)
    async with bare(app) as client:
        response = await client.get("/stubborn/%0A")
    assert response.status_code == 422
    assert b"late" not in response.content


async def test_an_error_of_a_handler_for_what_is_not_valid_is_raised(app, bare):
    @app.exception_handler(RequestValidationError)
    async def fail(request, error):
        raise LookupError("no translation")

    @app.get("/number")
    async def number(x: float):
        return {"x": x}

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        for path, text in (("/number", "nan"), ("/header", "\n")):
            with pytest.raises(LookupError, match="no translation"):
                await client.get(path, params={"x": text})


@pytest.mark.parametrize("http", ["h11", "httptools"])
async def test_a_real_server_sends_the_answer(log, http: Literal["h11", "httptools"]):
    app = FastTrackFramework()
    declare(router := Router(), log)
    app.include_router(router)
    async with (
        running(app, http) as port,
        AsyncClient(base_url=f"http://127.0.0.1:{port}") as client,
    ):
        for text in NOT_IN_VALUES:
            assert (await client.get("/header", params={"x": text})).status_code == 422
        assert (await client.get("/header", params={"x": " a "})).headers["x-name"] == "a"
        assert (await client.get("/name", params={"x": "a b"})).status_code == 422
        assert (await client.get("/status", params={"x": "99"})).status_code == 422
        assert (await client.get("/status", params={"x": "600"})).status_code == 422
        assert (await client.post("/own", content=b"a")).status_code == 500
        assert (await client.get("/header", params={"x": "fine"})).headers["x-name"] == "fine"
