import pytest
from starlette.authentication import AuthCredentials, SimpleUser
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import HTMLResponse, JSONResponse, Response, StreamingResponse

from ftf.http import FastTrackFramework
from ftf.http.security import SecurityOptions

OPTIONS = SecurityOptions()
POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"


def answering(make):
    def add(app: FastTrackFramework) -> None:
        app.add_route("/answer", lambda _: make())

    return {"add": add, "url": "http://api.example.com/answer"}


async def test_edge_s88_json_has_policies_of_content_and_of_origins(ask):
    headers = (await ask(OPTIONS)).headers
    assert headers["content-security-policy"] == POLICY
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert "permissions-policy" not in headers
    assert headers["x-content-type-options"] == "nosniff"


async def test_edge_s88_html_has_its_own_policies(ask):
    response = await ask(OPTIONS, **answering(lambda: HTMLResponse("<p>")))
    assert "content-security-policy" not in response.headers
    assert response.headers["cross-origin-opener-policy"] == "same-origin"
    assert response.headers["permissions-policy"].startswith("camera=()")
    options = SecurityOptions(html_policy="default-src 'self'", content_policy="")
    response = await ask(options, **answering(lambda: HTMLResponse("<p>")))
    assert response.headers["content-security-policy"] == "default-src 'self'"
    assert "content-security-policy" not in (await ask(options)).headers


async def test_edge_s88_what_a_handler_sets_stays(ask):
    own = {
        "content-security-policy": "sandbox",
        "cross-origin-resource-policy": "cross-origin",
        "strict-transport-security": "max-age=1",
    }
    answer = answering(lambda: JSONResponse(1, headers=own))
    response = await ask(
        SecurityOptions(https="require"), **answer | {"url": "https://api.example.com/answer"}
    )
    for name, value in own.items():
        assert response.headers.get_list(name) == [value]


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/docs/oauth2-redirect"])
async def test_edge_s88_the_pages_of_the_documentation_may_load_what_they_need(
    ask, path, monkeypatch
):
    # Without the extra `docs`; `documentation/test_pages.py` has the pages with it.
    monkeypatch.setattr("ftf.http.documentation._pages.find_spec", lambda _: None)
    response = await ask(OPTIONS, url=f"http://api.example.com{path}")
    policy = response.headers["content-security-policy"]
    assert "script-src 'self' 'unsafe-inline' https://cdn.jsdelivr.net" in policy
    for source in ("https://cdn.jsdelivr.net", "https://fastapi.tiangolo.com"):
        assert source not in response.text or source in policy


@pytest.mark.parametrize(
    "make",
    [
        lambda: StreamingResponse(iter([b"x"])),
        lambda: Response(status_code=304),
        lambda: Response(status_code=500),
        lambda: {}["missing"],
    ],
)
async def test_edge_s88_streams_and_errors_have_the_headers(ask, make):
    response = await ask(OPTIONS, **answering(make))
    assert response.headers["content-security-policy"] == POLICY


class Backend:
    async def authenticate(self, _):
        return AuthCredentials(["authenticated"]), SimpleUser("ada")


def known(make):
    answer = answering(make)

    def add(app: FastTrackFramework) -> None:
        answer["add"](app)
        app.add_middleware(AuthenticationMiddleware, backend=Backend())

    return answer | {"add": add}


async def test_edge_s54_an_answer_to_a_known_user_is_not_stored(ask):
    response = await ask(OPTIONS, **known(lambda: JSONResponse(1)))
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "authorization, cookie"
    own = {"cache-control": "private, max-age=60", "vary": "accept"}
    response = await ask(OPTIONS, **known(lambda: JSONResponse(1, headers=own)))
    assert response.headers["cache-control"] == "private, max-age=60"
    assert response.headers["vary"] == "accept, authorization, cookie"
    assert "cache-control" not in (await ask(OPTIONS)).headers


async def test_edge_s54_every_cookie_of_a_response_stays(ask):
    def make() -> Response:
        response = JSONResponse(1)
        response.set_cookie("a", "1")
        response.set_cookie("b", "2")
        return response

    response = await ask(
        SecurityOptions(https="require"), **known(make) | {"url": "https://api.example.com/answer"}
    )
    cookies = response.headers.get_list("set-cookie")
    assert [cookie[:4] for cookie in cookies] == ["a=1;", "b=2;"]
