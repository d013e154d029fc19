"""Lone surrogates, NUL and numbers that are none, wherever a request can have them."""

from typing import Any
from urllib.parse import quote

import pytest
from fastapi import HTTPException, Response, WebSocket
from hostile_routes import routes

from ftf.http import FastTrackFramework

JSON = [(b"content-type", b"application/json")]
URLENCODED = [(b"content-type", b"application/x-www-form-urlencoded")]


@pytest.fixture(params=[True, False], ids=["problems", "plain"])
def app(request):
    app = FastTrackFramework(problem_details=request.param)
    app.map_error(LookupError, 404)
    app.include_router(routes)
    return app


async def status_of(app, path: str, body: bytes = b"", headers=(), **scope: object) -> int:
    """The status of a request as raw as a server passes it on."""
    heard = iter([{"type": "http.request", "body": body}])
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, object]:
        return next(heard, {"type": "http.disconnect"})

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    defaults = {
        "type": "http",
        "method": "POST",
        "path": path,
        "query_string": b"",
        "root_path": "",
    }
    await app(
        {**defaults, "headers": [(b"host", b"test"), *headers], "scheme": "http", **scope},
        receive,
        send,
    )
    b"".join(message.get("body", b"") for message in sent).decode()
    status: int = sent[0]["status"]
    return status


ESCAPED = ("\\ud800", "\\udc00", "\\u0000")
BODIES = [
    *(f'{{"name": "{text}"}}'.encode() for text in ESCAPED),
    *(f'{{"{text}": 1}}'.encode() for text in ESCAPED),
    '{"name": "\ud800"}'.encode("utf-16", "surrogatepass"),
    b'{"name": "\xed\xa0\x80"}',
    b'{"name": "\xff"}',
    b'{"name": "\x00"}',
]


@pytest.mark.parametrize("body", BODIES, ids=str)
@pytest.mark.parametrize(
    "path", ["/person", "/echo", "/typed", "/numbers", "/text", "/data", "/invalid", "/mapped"]
)
async def test_json_is_never_an_error_of_the_server(app, path, body):
    assert await status_of(app, path, body, JSON) < 500


UNENCODABLE = [(r"\ud800", "\ud800"), (r"\u0142", "ł"), ("☃", "☃"), (r"\ud83d\ude00", "😀")]


@pytest.mark.parametrize(("escaped", "text"), UNENCODABLE, ids=ascii)
async def test_text_in_a_header_is_never_an_error_of_the_server(app, escaped, text):
    body = f'{{"name": "a{escaped}"}}'.encode()
    for path in ("/header", "/header/response", "/header/error", "/header/empty", "/cookie"):
        assert await status_of(app, path, body, JSON) == 422, path
    assert await status_of(app, f"/header/{text}", method="GET") == 422
    if text.isprintable():
        sent = b"=" + quote(text).encode()
        assert await status_of(app, "/redirect", query_string=b"to" + sent, method="GET") == 422
        assert await status_of(app, "/form/header", b"name" + sent, URLENCODED) == 422
        assert await status_of(app, "/redirect", body, JSON) == 307
    else:
        assert await status_of(app, "/redirect", body, JSON) == 422


async def test_text_that_a_header_cannot_hold_is_named_and_logged(serve, caplog):
    app = FastTrackFramework()
    app.include_router(routes)
    async with serve(app) as client:
        answer = await client.post("/header/error", json={"name": "ł"})
    said = "Input should be text that latin-1 can encode: 'Ł' is not"
    assert answer.status_code == 422
    fault = {"in": "body", "pointer": "", "code": "string_unicode", "detail": said}
    assert answer.json()["errors"] == [fault]
    (record,) = [each for each in caplog.records if each.name == "ftf.http"]
    assert record.getMessage().startswith("answered 422: /header/error (request ")
    assert isinstance(record.exc_info[1], UnicodeEncodeError)


@pytest.mark.parametrize("number", [b"NaN", b"-Infinity", b"1e999"])
@pytest.mark.parametrize("path", ["/person", "/numbers", "/text", "/data", "/invalid", "/mapped"])
async def test_numbers_that_json_does_not_have_are_quoted_as_null(app, path, number):
    assert await status_of(app, path, b'{"name": ' + number + b"}", JSON) < 500


@pytest.mark.parametrize(
    "charset", [b"utf-8", b"utf-7", b"unicode_escape", b"undefined", b"a\x00b"]
)
@pytest.mark.parametrize("value", [b"+2AA-", rb"\ud800", b"\x00", b"\xff"])
@pytest.mark.parametrize("path", ["/form", "/file"])
async def test_forms_are_never_an_error_of_the_server(app, path, value, charset):
    name = b'file"; filename="' + value if path == "/file" else b"name"
    disposition = b'Content-Disposition: form-data; name="' + name + b'"'
    multipart = b"--x\r\n" + disposition + b"\r\n\r\n" + value + b"\r\n--x--\r\n"
    headers = [(b"content-type", b"multipart/form-data; boundary=x; charset=" + charset)]
    assert await status_of(app, path, multipart, headers) < 500
    assert await status_of(app, path, b"name=" + value, URLENCODED) < 500


@pytest.mark.parametrize("text", [b"%ed%a0%80", b"%00", b"%ff", b"\xff", b"\x00"])
async def test_queries_and_headers_are_never_an_error_of_the_server(app, text):
    headers = [(b"x-name", text), (b"cookie", b"name=" + text), (b"x-request-id", text)]
    assert await status_of(app, "/query", query_string=b"name=" + text, method="GET") == 200
    assert await status_of(app, "/header", headers=headers, method="GET") == 200


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("text", ["\ud800", "\x00"])
@pytest.mark.parametrize(
    "path", ["/path/{}", "/path/{}/", "/number/{}", "/nowhere/{}", "/{}/ready"]
)
async def test_paths_are_never_an_error_of_the_server(app, path, text, method):
    assert await status_of(app, path.format(text), method=method) < 500


async def test_the_answer_says_which_part_of_the_request_it_is(serve):
    app = FastTrackFramework()

    @app.post("/")
    async def echo(body: dict[str, Any]):
        return body

    async with serve(app) as client:
        answer = await client.post("/", content=rb'{"name": "\ud800"}', headers=dict(JSON))
    assert answer.status_code == 422
    said = "Input should be valid Unicode, without lone surrogates"
    fault = {"in": "body", "pointer": "", "code": "string_unicode", "detail": said}
    assert answer.json()["errors"] == [fault]


async def test_a_problem_quotes_a_surrogate_as_the_replacement_character(serve):
    app = FastTrackFramework()

    @app.get("/")
    async def fail() -> None:
        raise HTTPException(409, "Taken: \ud800")

    async with serve(app) as client:
        assert (await client.get("/")).json()["detail"] == "Taken: \ufffd"


async def test_text_of_the_server_s_own_that_cannot_be_encoded_is_its_error(app, serve):
    @app.get("/own")
    async def own() -> str:
        return "\ud800"

    @app.post("/own")
    async def sent(body: dict[str, Any]) -> str:
        return "\ud800"

    @app.post("/own/header")
    async def in_own_header(body: dict[str, Any], response: Response) -> None:
        response.headers["x-name"] = "→"

    @app.post("/own/error")
    async def in_header_of_own_error(body: dict[str, Any]) -> None:
        raise HTTPException(409, headers={"x-name": "→"})

    async with serve(app) as client:
        assert (await client.get("/own")).status_code == 500
        assert (await client.post("/own", json={"name": "fine"})).status_code == 500
        assert (await client.post("/own/header", json={"name": "☃"})).status_code == 500
        assert (await client.post("/own/error", json={"name": "☃"})).status_code == 500


async def test_without_the_handler_of_such_errors_they_are_raised(app):
    del app.exception_handlers[UnicodeEncodeError]
    with pytest.raises(UnicodeEncodeError, match="'latin-1' codec can't encode"):
        await status_of(app, "/header/error", '{"name": "ł"}'.encode(), JSON)


async def test_a_websocket_is_closed_whose_error_has_headers_that_cannot_be_encoded(app, talk):
    @app.websocket("/rooms/{name}")
    async def room(socket: WebSocket, name: str) -> None:
        await socket.accept()
        raise HTTPException(409, headers={"x-name": name})

    sent = await talk(app, "/rooms/ł")
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == 1008


async def test_a_handler_of_the_users_for_such_errors_wins(app, serve):
    app.map_error(ValueError, 400)
    assert await status_of(app, "/echo", rb'{"name": "\ud800"}', JSON) == 400


async def test_a_websocket_is_closed_with_a_reason_that_can_be_sent(talk):
    app = FastTrackFramework()

    @app.websocket("/refused")
    async def refused(socket: WebSocket) -> None:
        await socket.accept()
        raise HTTPException(409, "Taken: \ud800")

    @app.websocket("/failed")
    async def failed(socket: WebSocket) -> None:
        await socket.accept()
        "\ud800".encode()

    assert (await talk(app, "/refused"))[-1]["reason"] == "Taken: ?"
    with pytest.raises(UnicodeEncodeError, match="surrogates not allowed"):
        await talk(app, "/failed")


async def test_a_websocket_whose_path_cannot_be_encoded_is_closed_as_not_valid(app, talk):
    @app.websocket("/rooms/{name}")
    async def room(socket: WebSocket, name: str) -> None:
        await socket.accept()
        name.encode()

    sent = await talk(app, "/rooms/\ud800")
    assert [message["type"] for message in sent] == ["websocket.accept", "websocket.close"]
    assert sent[-1]["code"] == 1008
