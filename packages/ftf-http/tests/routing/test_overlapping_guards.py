"""Of routes whose paths overlap, a request has the guards that it has on FastAPI."""

from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Depends, FastAPI, Request
from raw_requests import HOST, Asked, Headers, ask
from starlette.routing import Host

from ftf.http import FastTrackFramework


def noting(log: list[str], name: str) -> Callable[[Request], Awaitable[str]]:
    async def note(request: Request) -> str:
        log.append(f"{name} {request.path_params}")
        return name

    return note


def with_overlaps(kind: type[FastAPI], log: list[str]) -> FastAPI:
    def guard(name: str) -> list[object]:
        return [Depends(noting(log, name))]

    app = kind(dependencies=guard("application"))
    app.get("/admin/secret")(noting(log, "static"))
    router = APIRouter(prefix="/admin", dependencies=guard("router"))
    router.get("/{x}")(noting(log, "segment"))
    router.get("/{x:path}")(noting(log, "rest"))
    router.post("/{x}")(noting(log, "post"))
    app.include_router(router)
    app.include_router(router, prefix="/v2", dependencies=guard("inclusion"))
    app.get("/{a}/{b}")(noting(log, "two"))
    app.get("/files/{x:path}/edit", dependencies=guard("edit"))(noting(log, "edit"))
    app.get("/{tenant}/admin/{x}", dependencies=guard("tenant"))(noting(log, "tenant"))
    app.get("/slash/", dependencies=guard("slash"))(noting(log, "slash"))
    below = FastAPI(dependencies=guard("mounted"))
    below.get("/{x}")(noting(log, "below"))
    app.mount("/below", below)
    mounting = APIRouter()
    mounting.mount("/below", below)
    app.include_router(mounting, prefix="/v3")
    app.router.routes.append(Host("{sub}.example.org", below))
    app.get("/{x:path}", dependencies=guard("all"))(noting(log, "all"))
    return app


PATHS = [
    *("", "/", "//", "*", "admin/secret", "/admin", "/admin/", "/admin/secret", "/ADMIN/secret"),
    *("/admin/secret/", "/admin//secret", "//admin/secret", "/admin/secret\n", "/admin/x\n"),
    *("/admin/../secret", "/admin/./secret", "/admin/..", "/admin;a/secret", "/admin/secret;a"),
    *("/admin%2Fsecret", "/admin/a%2Fb", "/admin/a/b", "/v2/admin/x", "/v2/admin/a/b", "/v2/x"),
    *("/files/a/b/edit", "/files/edit", "/files//edit", "/t/admin/x", "/t/admin/secret"),
    *("/slash", "/slash/", "/below", "/below/", "/below/x", "/below/x/", "/v3/below/x", "/é/é"),
]


async def test_overlapping_routes_have_the_guards_that_they_have_on_fastapi():
    log: list[str] = []
    plain, ours = with_overlaps(FastAPI, log), with_overlaps(FastTrackFramework, log)
    hosts: list[Headers] = [(HOST,), ((b"host", b"a.example.org"),)]

    async def seen(app: FastAPI, asked: Asked) -> tuple[object, ...]:
        log.clear()
        answered = await ask(app, asked)
        return answered.status, answered.headers.get(b"location"), [*log]

    wrong = []
    asked = [
        Asked(method, path, headers, (b"",), root_path=root)
        for method, root, headers in [
            ("GET", "", hosts[0]),
            ("GET", "", hosts[0]),
            ("GET", "/admin", hosts[0]),
            ("GET", "", hosts[1]),
            *((method, "", hosts[0]) for method in ("HEAD", "OPTIONS", "POST", "get")),
        ]
        for path in PATHS
    ]
    for each in asked:
        expected = await seen(plain, each)
        if await seen(ours, each) != expected:
            wrong.append((each, expected))
    assert wrong == []
