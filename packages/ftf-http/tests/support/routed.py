"""Applications on FastAPI and on this package, asked for their routes one by one."""

from collections.abc import Callable

from fastapi import APIRouter, FastAPI, Request
from starlette.responses import PlainTextResponse

from ftf.http import FastTrackFramework
from ftf.http import Router as FastTrackRouter

KINDS = [
    (FastAPI, APIRouter),
    (FastTrackFramework, APIRouter),
    (FastTrackFramework, FastTrackRouter),
]
Build = Callable[[FastAPI, type[APIRouter]], None]


async def ask(app, path: str, method: str = "GET", **scope: object) -> dict[str, object]:
    """Return what a client sees, and what the handler found in the scope."""
    sent: list[dict[str, object]] = []
    query: object = scope.pop("query_string", b"")
    given = {"type": "http", "method": method, "path": path, "headers": [(b"host", b"test")]}

    async def receive() -> dict[str, object]:
        return {"type": "http.request"}

    async def send(message) -> None:
        sent.append(message)

    await app({**given, "query_string": query, "scheme": "http", **scope}, receive, send)
    headers = dict(sent[0]["headers"])
    allow = sorted(headers.get(b"allow", b"").decode().split(", "))
    return {
        "status": sent[0]["status"],
        "body": b"".join(part.get("body", b"") for part in sent[1:]),
        "location": headers.get(b"location"),
        "allow": allow,
    }


def show(name: str) -> Callable[..., object]:
    """A handler that answers with what routing has left in the scope."""

    async def handler(request: Request) -> str:
        scope = request.scope
        route = getattr(scope.get("route"), "path_format", None)
        return repr(
            (
                name,
                scope["path_params"],
                scope["endpoint"].__name__,
                route,
                scope.get("root_path"),
                scope["router"] is scope["app"].router,
                sorted((scope.get("fastapi") or {}).keys()),
            )
        )

    handler.__name__ = name
    return handler


def plain(name: str) -> Callable[..., object]:
    async def handler(request: Request) -> PlainTextResponse:
        return PlainTextResponse(f"{name} {request.path_params}")

    return handler


def made(kind: type[FastAPI], **options: object) -> FastAPI:
    own = {"problem_details": False} if kind is FastTrackFramework else {}
    return kind(**own, **options)


def applications(build: Build, **options: object) -> list[FastAPI]:
    apps = []
    for kind, router in KINDS:
        app = made(kind, **options)
        build(app, router)
        apps.append(app)
    return apps


async def same(build: Build, *requests: tuple[str, str], options=None, **scope: object) -> None:
    """Compare the responses of each application, at the first and at later requests."""
    apps = applications(build, **(options or {}))
    for _ in range(3):
        for method, path in requests:
            expected, *others = [await ask(app, path, method, **scope) for app in apps]
            for other in others:
                if expected["status"] == 405:  # ours names every method
                    assert set(expected["allow"]) <= set(other["allow"])
                    other["allow"] = expected["allow"]
                assert other == expected, (method, path)
