"""Guards of an application, and the places where the handler behind them is declared."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature

from fastapi import APIRouter, Depends, FastAPI, HTTPException, Request
from raw_requests import HOST, JSON, Headers
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse

from ftf.http import Controller, FastTrackFramework, Router, auth, post
from ftf.http.limits import Limit, throttle
from ftf.http.security import SecurityOptions

type Place = Callable[[FastTrackFramework, "Guard", Callable[..., object]], None]

_PASS = (b"x-pass", b"1")


class RefusedError(Exception): ...


def key_of(caller) -> str | None:
    return None if "x-pass" in caller.connection.headers else "all"


async def demand(connection: HTTPConnection) -> None:
    if "x-pass" not in connection.headers:
        raise HTTPException(401)


async def demand_own(connection: HTTPConnection) -> None:
    if "x-pass" not in connection.headers:
        raise RefusedError


class PassGuard(auth.Guard):
    async def authenticate(self, connection: HTTPConnection) -> auth.Identity | None:
        return auth.Identity(subject="7", guard="") if "x-pass" in connection.headers else None


@dataclass(frozen=True)
class Guard:
    """Something that refuses a request before its handler is called."""

    status: int
    refused: Headers = (HOST, JSON)
    allowed: Headers = (HOST, JSON, _PASS)
    body: tuple[bytes, ...] = (b"{}",)
    scheme: str = "https"
    security: SecurityOptions | None = None
    options: dict[str, object] = field(default_factory=dict)
    dependency: Callable[..., object] | None = None  # makes one
    at: str = "router"
    everywhere: bool = False
    limit: bool = False
    credential: bool = False
    login: bool = False

    def dependencies(self, at: str) -> list[object]:
        return [self.dependency()] if self.dependency and self.at == at else []


_CROSS = ((b"sec-fetch-site", b"cross-site"), (b"origin", b"https://evil.example"))
_PLACED = ("application", "router", "inclusion")
GUARDS = {
    **{
        f"dependency of the {at}": Guard(401, dependency=lambda: Depends(demand), at=at)
        for at in _PLACED
    },
    **{
        f"throttle of the {at}": Guard(429, dependency=lambda: throttle("one"), at=at, limit=True)
        for at in _PLACED
    },
    **{
        f"access of the {at}": Guard(401, dependency=auth.Access, at=at, credential=True)
        for at in _PLACED
    },
    "login for all": Guard(401, credential=True, login=True),
    "exception handler": Guard(418, dependency=lambda: Depends(demand_own), at="router"),
    "everywhere": Guard(429, limit=True, everywhere=True),
    "hosts": Guard(
        400,
        ((b"host", b"evil.example"), JSON),
        security=SecurityOptions(hosts=["api.example.com"]),
    ),
    "https": Guard(403, scheme="http", security=SecurityOptions(https="require")),
    "csrf": Guard(403, (HOST, JSON, *_CROSS), security=SecurityOptions()),
    "headers": Guard(431, (HOST,) * 9, security=SecurityOptions(max_headers=8)),
    "body": Guard(413, body=(b'{"a": ', b'"' + b"b" * 99, b'"}'), options={"max_body_size": 50}),
    "plain body": Guard(
        413,
        body=(b'{"a": ', b'"' + b"b" * 99, b'"}'),
        options={"max_body_size": 50, "problem_details": False},
    ),
    "length": Guard(413, (HOST, JSON, (b"content-length", b"99")), options={"max_body_size": 50}),
}
LIMITS_BODIES = "max_body_size" in signature(FastAPI).parameters  # older releases do not
if not LIMITS_BODIES:
    GUARDS = {name: each for name, each in GUARDS.items() if "max_body_size" not in each.options}


def on_application(app: FastTrackFramework, guard: Guard, handle) -> None:
    own = [*guard.dependencies("router"), *guard.dependencies("inclusion")]
    app.post("/guarded/{number}", dependencies=own)(handle)


def in_router(app: FastTrackFramework, guard: Guard, handle) -> None:
    router = Router(dependencies=guard.dependencies("router"))
    router.post("/guarded/{number}")(handle)
    app.include_router(router, dependencies=guard.dependencies("inclusion"))


def in_plain_routers(app: FastTrackFramework, guard: Guard, handle) -> None:
    inner, middle, outer = (
        APIRouter(),
        APIRouter(),
        APIRouter(dependencies=guard.dependencies("router")),
    )
    inner.post("/{number}")(handle)
    middle.include_router(inner, prefix="/guarded")
    outer.include_router(middle)
    app.include_router(outer, dependencies=guard.dependencies("inclusion"))


def included_twice(app: FastTrackFramework, guard: Guard, handle) -> None:
    router = Router(dependencies=guard.dependencies("router"))
    router.post("/{number}")(handle)
    app.include_router(router, prefix="/free", dependencies=[Depends(lambda: None)])
    app.include_router(router, prefix="/guarded", dependencies=guard.dependencies("inclusion"))


def in_controller(app: FastTrackFramework, guard: Guard, handle) -> None:
    class Guarded(Controller):
        prefix = "/guarded"
        dependencies = (*guard.dependencies("router"), *guard.dependencies("inclusion"))

        @post("/{number}")
        async def show(self, number: str, body: dict[str, object]) -> str:
            return await handle(number, body)

    app.add_controller(Guarded)


PLACES = [on_application, in_router, in_plain_routers, included_twice, in_controller]


def built(guard: Guard, place, reached: list[str], **options) -> FastTrackFramework:
    app = FastTrackFramework(
        security=guard.security,
        dependencies=guard.dependencies("application"),
        **{**guard.options, **options},
    )

    @app.exception_handler(RefusedError)
    async def answer(_: Request, __: RefusedError) -> PlainTextResponse:
        return PlainTextResponse("no", 418)

    if guard.limit:
        app.add_limit("one", Limit.per_hour(1, by=key_of), everywhere=guard.everywhere)

    if guard.credential:
        app.add_guard("pass", PassGuard)
    if guard.login:
        app.require_login()

    async def handle(number: str, body: dict[str, object]) -> str:
        reached.append(number)
        return number

    used_up = [*guard.dependencies("router"), *guard.dependencies("inclusion")]
    app.post("/burn", dependencies=used_up)(lambda: None)
    place(app, guard, handle)
    return app
