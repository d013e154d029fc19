"""`/docs` and `/redoc` need no other host, and their policy fits them."""

import re
from base64 import b64encode
from hashlib import sha256

import pytest
from auth_people import HeaderGuard
from httpx import ASGITransport, AsyncClient

from ftf.http import FastTrackFramework

HOST = "http://test"
PAGES = ("/docs", "/redoc", "/docs/oauth2-redirect")
ASSETS = {
    "/docs/swagger-ui-bundle.js": "javascript",
    "/docs/swagger-ui.css": "text/css",
    "/docs/favicon.png": "image/png",
    "/redoc/redoc.standalone.js": "javascript",
    "/redoc/favicon.png": "image/png",
}


@pytest.mark.parametrize("root", ["", "/api"])
async def test_the_pages_name_files_that_are_served_here(serve, root):
    app = FastTrackFramework()

    async def behind(scope, receive, send) -> None:
        await app(scope | {"root_path": root}, receive, send)

    async with serve(app), AsyncClient(transport=ASGITransport(behind), base_url=HOST) as client:
        named = set()
        for page in PAGES:
            answer = await client.get(f"{root}{page}")
            assert answer.status_code == 200
            assert "https://" not in re.sub(r"<!--.*?-->", "", answer.text)
            named |= {*re.findall(r'(?:src|href)="([^"]*)"', answer.text)}
        assert named == {f"{root}{path}" for path in ASSETS}
        for path, kind in ASSETS.items():
            asset = await client.get(f"{root}{path}")
            assert (asset.status_code, kind in asset.headers["content-type"]) == (200, True)
            assert asset.headers["cache-control"] == "public, max-age=86400"


async def test_the_policy_allows_what_a_page_has_and_nothing_else(serve):
    app = FastTrackFramework(servers=[{"url": "https://api.example/v1"}, {"url": "/v1"}])
    async with serve(app) as client:
        for page in PAGES:
            answer = await client.get(page)
            policy = dict(
                part.split(" ", 1) for part in answer.headers["content-security-policy"].split("; ")
            )
            scripts = re.findall(
                r"<script(?: type=\"[^\"]*\")?>(.*?)</script>", answer.text, re.DOTALL
            )
            digests = [
                f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
                for script in scripts
            ]
            assert policy["script-src"].split() == ["'self'", *digests]
            assert policy["default-src"] == policy["frame-ancestors"] == "'none'"
            hosts = "'self' https://api.example" if page == "/docs" else "'self'"
            assert policy["connect-src"] == hosts


async def test_pages_elsewhere_and_pages_that_are_off(serve):
    elsewhere = FastTrackFramework(docs_url="/", redoc_url=None)
    async with serve(elsewhere) as client:
        assert 'src="/swagger-ui-bundle.js"' in (await client.get("/")).text
        assert (await client.get("/swagger-ui.css")).status_code == 200
        assert (await client.get("/redoc")).status_code == 404
    plain = FastTrackFramework(docs_url=None, swagger_ui_oauth2_redirect_url=None)
    async with serve(plain) as client:
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/redoc")).status_code == 200
    bare = FastTrackFramework(swagger_ui_oauth2_redirect_url=None)
    async with serve(bare) as client:
        assert "oauth2RedirectUrl" not in (await client.get("/docs")).text
    async with serve(FastTrackFramework(openapi_url=None)) as client:
        for path in ("/docs", "/redoc", *ASSETS):
            assert (await client.get(path)).status_code == 404


async def test_without_the_extra_the_pages_are_those_of_fastapi(serve, monkeypatch):
    monkeypatch.setattr("ftf.http.documentation._pages.find_spec", lambda _: None)
    async with serve(FastTrackFramework()) as client:
        page = await client.get("/docs")
        assert "cdn.jsdelivr.net" in page.text
        assert "content-security-policy" not in page.headers
        assert (await client.get("/docs/swagger-ui.css")).status_code == 404


async def test_the_pages_are_open_where_the_documentation_is(serve):
    bare = FastTrackFramework(openapi_url=None)
    bare.require_login(docs="public")
    for docs, status in (("public", 200), ("closed", 401)):
        app = FastTrackFramework()
        app.add_guard("api", HeaderGuard)
        app.require_login(docs=docs)
        transport_paths = (*PAGES, *ASSETS)
        async with serve(app) as client:
            found = {(await client.get(path)).status_code for path in transport_paths}
        assert found == {status}
