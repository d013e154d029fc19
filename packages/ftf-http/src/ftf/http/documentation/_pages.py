"""`/docs` and `/redoc` with the scripts and styles of fastapi-offline, which are served here."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterator
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Final, cast
from urllib.parse import urlsplit

from fastapi import FastAPI
from fastapi.openapi.docs import (
    get_redoc_html,
    get_swagger_ui_html,
    get_swagger_ui_oauth2_redirect_html,
)
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

_SCRIPT: Final = re.compile(rb"<script(?: type=\"[^\"]*\")?>(.*?)</script>", re.DOTALL)
_SWAGGER: Final = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
_REDOC: Final = ("redoc.standalone.js", "favicon.png")
# Swagger UI is dark where its page has this class. ReDoc has no such style.
_DARK: Final = b"""<script>
const dark = matchMedia("(prefers-color-scheme: dark)");
const follow = () => document.documentElement.classList.toggle("dark-mode", dark.matches);
dark.addEventListener("change", follow);
follow();
</script>
"""
_CACHED: Final = {"cache-control": "public, max-age=86400"}

type Page = Callable[[Request], Awaitable[Response]]


def serve_pages(app: FastAPI) -> None:
    """Replace the pages of the OpenAPI document by ones that need no other host.

    They are left as they are unless fastapi-offline is installed.
    """
    files = _files()
    if files is None or not app.openapi_url:
        return
    pages: dict[str, Page] = {}
    if app.docs_url:
        pages[app.docs_url] = _swagger_ui(app)
        if app.swagger_ui_oauth2_redirect_url:
            pages[app.swagger_ui_oauth2_redirect_url] = _redirect()
    if app.redoc_url:
        pages[app.redoc_url] = _redoc(app)
    routes = app.router.routes
    for place, route in enumerate(routes):
        if (path := getattr(route, "path", None)) in pages:
            routes[place] = Route(cast("str", path), pages[path], include_in_schema=False)


def asset_routes(app: FastAPI) -> Iterator[Route]:
    """Return the routes of the scripts, styles and pictures of the pages."""
    files = _files()
    if files is None or not app.openapi_url:
        return
    for url, names in ((app.docs_url, _SWAGGER), (app.redoc_url, _REDOC)):
        for name in names if url else ():
            path = f"{(url or '').rstrip('/')}/{name}"
            yield Route(path, _file(files / name), include_in_schema=False)


def _files() -> Path | None:
    """Return the folder with the files, `None` if they are not installed."""
    spec = find_spec("fastapi_offline")
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / "static"


def _swagger_ui(app: FastAPI) -> Page:
    async def show(request: Request) -> Response:
        root, at = _root(request), _root(request) + (app.docs_url or "").rstrip("/")
        redirect = app.swagger_ui_oauth2_redirect_url
        page = get_swagger_ui_html(
            openapi_url=f"{root}{app.openapi_url}",
            title=f"{app.title} - Swagger UI",
            swagger_js_url=f"{at}/swagger-ui-bundle.js",
            swagger_css_url=f"{at}/swagger-ui.css",
            swagger_favicon_url=f"{at}/favicon.png",
            oauth2_redirect_url=f"{root}{redirect}" if redirect else None,
            init_oauth=app.swagger_ui_init_oauth,
            swagger_ui_parameters=app.swagger_ui_parameters,
        )
        page = HTMLResponse(bytes(page.body).replace(b"</head>", _DARK + b"</head>", 1))
        return _protected(page, *_hosts(app))

    return show


def _redoc(app: FastAPI) -> Page:
    async def show(request: Request) -> Response:
        at = _root(request) + (app.redoc_url or "").rstrip("/")
        page = get_redoc_html(
            openapi_url=f"{_root(request)}{app.openapi_url}",
            title=f"{app.title} - ReDoc",
            redoc_js_url=f"{at}/redoc.standalone.js",
            redoc_favicon_url=f"{at}/favicon.png",
            with_google_fonts=False,
        )
        return _protected(page)

    return show


def _redirect() -> Page:  # a new function, because a mark on it is for one application
    async def show(_: Request) -> Response:
        return _protected(get_swagger_ui_oauth2_redirect_html())

    return show


def _file(file: Path) -> Page:
    async def send(_: Request) -> Response:
        return FileResponse(file, headers=_CACHED)

    return send


def _root(request: Request) -> str:
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")


def _hosts(app: FastAPI) -> Iterator[str]:
    """Return the hosts that "Try it out" sends requests to, beside that of the page."""
    for server in app.servers:
        url = urlsplit(str(server.get("url", "")))
        if url.scheme and url.netloc:
            yield f"{url.scheme}://{url.netloc}"


def _protected(page: HTMLResponse, *hosts: str) -> Response:
    """Return a page with a policy that allows what it has and what is served here.

    Its own scripts are allowed by their digests. Both programs set styles of elements, and ReDoc
    searches in a worker made of a blob.
    """
    scripts = [
        f"'sha256-{b64encode(sha256(found).digest()).decode()}'"
        for found in _SCRIPT.findall(bytes(page.body))
    ]
    page.headers["content-security-policy"] = "; ".join(
        (
            "default-src 'none'",
            " ".join(("script-src 'self'", *scripts)),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            " ".join(("connect-src 'self'", *hosts)),
            "worker-src blob:",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )
    return page
