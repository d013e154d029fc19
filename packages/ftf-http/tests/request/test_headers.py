"""What every response carries, errors included: request id, security headers, CORS."""

import re

import pytest
from fastapi import Depends, FastAPI, HTTPException, Request, Response
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse

from ftf.http import (
    FastTrackFramework,
    OpenCorsError,
    request_id,
)

ORIGIN = "https://shop.example"


async def fail() -> None:
    raise RuntimeError("secret")


async def tell(request: Request) -> PlainTextResponse:
    return PlainTextResponse(str(request_id(request)), headers={"x-frame-options": "SAMEORIGIN"})


@pytest.fixture
def app():
    app = FastTrackFramework()
    app.add_middleware(CORSMiddleware, allow_origins=[ORIGIN], allow_credentials=True)
    app.add_api_route("/fail", fail)
    app.add_route("/tell", tell)
    return app


@pytest.mark.parametrize("inbound", ["abc", "A-1._:/+=@", "x" * 128])
async def test_edge_43_an_acceptable_inbound_id_is_kept(app, serve, inbound):
    async with serve(app) as client:
        answer = await client.get("/tell", headers={"x-request-id": inbound})
    assert answer.headers["x-request-id"] == answer.text == inbound


@pytest.mark.parametrize("inbound", ["", "x" * 129, "two words", 'quo"te', "<script>", "ümlaut"])
async def test_edge_43_any_other_is_replaced(app, serve, inbound):
    async with serve(app) as client:
        answer = await client.get("/tell", headers={"x-request-id": inbound.encode("latin-1")})
    assert answer.headers["x-request-id"] == answer.text
    assert re.fullmatch("[0-9a-f]{32}", answer.text)


async def test_requests_have_ids_of_their_own(app, serve):
    async with serve(app) as client:
        assert len({(await client.get("/tell")).text for _ in range(3)}) == 3


@pytest.mark.parametrize(("path", "status"), [("/fail", 500), ("/nowhere", 404), ("/tell", 200)])
async def test_edge_39_every_response_has_the_headers(app, serve, path, status):
    async with serve(app) as client:
        answer = await client.get(path, headers={"origin": ORIGIN})
    assert answer.status_code == status
    assert answer.headers.get_list("access-control-allow-origin") == [ORIGIN]
    assert answer.headers["x-request-id"]
    for name in ("x-content-type-options", "x-frame-options", "referrer-policy"):
        assert name in answer.headers


@pytest.mark.parametrize("path", ["/fail", "/inner/fail"])
async def test_the_log_of_an_error_names_the_request_once(app, path):
    inner = FastTrackFramework()
    inner.add_api_route("/fail", fail)
    app.mount("/inner", inner)
    scope = {"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}
    sent = []

    async def send(message) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError, match="secret") as caught:
        await app(scope, None, send)
    headers = dict(sent[0]["headers"])
    assert caught.value.__notes__ == [f"Request id: {headers[b'x-request-id'].decode()}"]


async def test_a_header_of_the_handler_s_wins(app, serve):
    async with serve(app) as client:
        assert (await client.get("/tell")).headers.get_list("x-frame-options") == ["SAMEORIGIN"]


async def test_an_id_that_a_handler_or_middleware_sets_stays(app, serve):
    async def forward(scope, receive, send) -> None:
        headers = [(b"X-Request-ID", b"upstream's")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body"})

    @app.middleware("http")
    async def correlated(request, call_next):
        response = await call_next(request)
        if request.url.path == "/tell":
            response.headers["X-Request-ID"] = "correlated"
        return response

    @app.get("/mine")
    async def mine(response: Response) -> None:
        response.headers["X-Request-ID"] = "mine"

    app.mount("/forward", forward)
    for path, expected in {
        "/forward/": "upstream's",
        "/tell": "correlated",
        "/mine": "mine",
    }.items():
        async with serve(app) as client:
            answer = await client.get(path, headers={"x-request-id": "ours"})
        assert answer.headers.get_list("x-request-id") == [expected]


async def test_security_headers_can_be_chosen(serve):
    app = FastTrackFramework(security_headers={"Content-Security-Policy": "default-src 'none'"})
    async with serve(app) as client:
        headers = (await client.get("/health")).headers
    assert headers["content-security-policy"] == "default-src 'none'"
    assert "x-frame-options" not in headers
    async with serve(FastTrackFramework(security_headers={})) as client:
        assert "x-frame-options" not in (await client.get("/health")).headers


async def test_edge_39_a_preflight_needs_no_credentials(app, serve):
    async def refuse() -> None:
        raise HTTPException(401)

    app.router.dependencies.append(Depends(refuse))
    headers = {"origin": ORIGIN, "access-control-request-method": "GET"}
    async with serve(app) as client:
        answer = await client.options("/fail", headers=headers)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, ORIGIN)


async def test_a_mounted_application_keeps_the_request_s_id(app, serve):
    inner = FastTrackFramework()
    inner.add_route("/tell", tell)
    app.mount("/inner", inner)
    async with serve(app) as client:
        answer = await client.get("/inner/tell")
    assert answer.headers.get_list("x-request-id") == [answer.text]
    assert answer.headers.get_list("referrer-policy") == ["no-referrer"]


async def test_a_plain_application_gives_no_ids(serve):
    app = FastAPI()
    app.add_route("/tell", tell)
    async with serve(app) as client:
        assert (await client.get("/tell")).text == "None"


@pytest.mark.parametrize(
    ("options", "at_fault"),
    [
        ({"allow_origins": ["*"]}, "allow_origins"),
        ({"allow_origin_regex": ".*"}, "allow_origin_regex"),
        ({"allow_origin_regex": r"https?://.+"}, "allow_origin_regex"),
    ],
)
def test_any_origin_with_credentials_is_refused(options, at_fault):
    message = rf"allows every origin \(by {at_fault}\) and credentials"
    with pytest.raises(OpenCorsError, match=message):
        FastTrackFramework().add_middleware(CORSMiddleware, **options, allow_credentials=True)
    with pytest.raises(OpenCorsError, match=message):
        cors = Middleware(CORSMiddleware, **options, allow_credentials=True)
        FastTrackFramework(middleware=[cors])


def test_any_origin_without_credentials_is_fine():
    FastTrackFramework().add_middleware(CORSMiddleware, allow_origins=["*"])
    FastTrackFramework().add_middleware(
        CORSMiddleware, allow_origin_regex=r"https://\w+\.shop\.example", allow_credentials=True
    )


class Clock: ...


class ConfiguredCors(CORSMiddleware):
    def __init__(self, app, settings: dict[str, list[str]], clock: Clock) -> None:
        super().__init__(app, **settings)


async def test_edge_39_cors_of_the_user_s_own_class_gets_services_and_reaches_errors(serve):
    app = FastTrackFramework()
    app.add_middleware(ConfiguredCors, settings={"allow_origins": ["https://shop.example"]})

    @app.get("/")
    async def fail() -> None:
        raise LookupError

    async with serve(app) as client:
        answer = await client.get("/", headers={"origin": "https://shop.example"})
    assert answer.status_code == 500
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"


async def test_a_scope_without_headers_is_served():
    sent = []

    async def send(message) -> None:
        sent.append(message)

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/health", "query_string": b""}
    await FastTrackFramework()(scope, receive, send)
    assert sent[0]["status"] == 200
