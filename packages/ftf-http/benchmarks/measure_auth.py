"""What authentication costs, beside PyJWT, fastapi-users and AuthX: `nox -s bench -- auth`.

CPU time of a GET in this process. The contenders take turns, round after round, and the median
counts, so that whatever else the machine does hits all of them. The second table has the parts of
reading a token, each alone.
"""

import asyncio
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from itertools import cycle
from statistics import median
from typing import Annotated

import jwt
from auth_parts import parts
from auth_peers import by_authx, by_fastapi_users
from fastapi import Depends, FastAPI, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.types import ASGIApp, Message

from ftf.container import Container
from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    AccessTokens,
    AuthProvider,
    BearerGuard,
    CurrentUser,
    KeyRing,
    SigningKey,
    public,
)

ISSUER, AUDIENCE = "https://api.example", "shop"
SECRET = secrets.token_urlsafe(48)
ROUNDS, NUMBER = 15, 600

type Bearers = Iterator[bytes | None]


@dataclass
class User:
    """A user in memory."""

    id: int
    is_active: bool = True
    auth_version: int = 0


class Users:
    """The users of each contender."""

    user_class = User

    def __init__(self) -> None:
        self.all = {str(number): User(number) for number in range(100)}

    async def find(self, subject: str) -> User | None:
        """Return a user."""
        return self.all.get(subject)

    def subject_of(self, user: User) -> str:
        """Return the key of a user."""
        return str(user.id)

    def version_of(self, user: User) -> int:
        """Return the version of a user."""
        return user.auth_version

    def is_active(self, user: User) -> bool:
        """Return whether a user is active."""
        return user.is_active


class Service:
    """A service of each request."""

    id = 7


async def number() -> dict[str, int]:
    """Answer as all of the handlers do."""
    return {"id": 7}


def without_auth() -> FastTrackFramework:
    """Make an application without guards."""
    app = FastTrackFramework()
    app.register(Service, scope="scoped")
    app.get("/me")(number)

    @app.get("/service")
    async def service(service: Injected[Service]) -> dict[str, int]:
        return {"id": service.id}

    return app


def guarded() -> FastTrackFramework:
    """Make an application with a guard."""
    provider = AuthProvider(secrets=SECRET, issuer=ISSUER, audience=AUDIENCE, users=Users())
    app = FastTrackFramework(providers=[provider])
    app.add_guard("api", BearerGuard)
    app.require_login()

    @app.get("/me")
    async def me(user: CurrentUser[User]) -> dict[str, int]:
        return {"id": user.id}

    app.get("/open")(public(number))

    @app.get("/closed")
    async def closed() -> dict[str, int]:
        return {"id": 7}

    return app


def plain() -> FastAPI:
    """Make a FastAPI application with a dependency that most would write."""
    app, users, bearer = FastAPI(), Users(), HTTPBearer(auto_error=False)

    async def current(
        sent: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> User:
        try:
            claims = jwt.decode(
                sent.credentials if sent else "",
                SECRET,
                algorithms=["HS256"],
                audience=AUDIENCE,
                issuer=ISSUER,
            )
        except jwt.InvalidTokenError:
            raise HTTPException(401, headers={"www-authenticate": "Bearer"}) from None
        user = await users.find(claims["sub"])
        if user is None or not user.is_active:
            raise HTTPException(401)
        return user

    @app.get("/me")
    async def me(user: Annotated[User, Depends(current)]) -> dict[str, int]:
        return {"id": user.id}

    app.get("/open")(number)
    return app


@dataclass
class Contender:
    """One kind of request to one application."""

    app: ASGIApp
    path: str
    status: int
    bearers: Bearers

    async def ask(self) -> int:
        """Send a request. Return the status."""
        bearer = next(self.bearers)
        headers = [(b"host", b"test"), (b"accept", b"*/*")]
        if bearer is not None:
            headers.append((b"authorization", b"Bearer " + bearer))
        found: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                found.append(message["status"])

        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("test", 1),
            "server": ("test", 80),
        }
        await self.app(scope, receive, send)
        return found[0]


def made(issue: Callable[[str], str]) -> Bearers:
    """Yield new tokens of all users, made before they are needed."""
    yield from cycle([issue(str(each % 100)).encode() for each in range(ROUNDS * NUMBER + 10)])


def garbage() -> Bearers:
    """Yield what looks like tokens."""
    while True:
        yield f"{secrets.token_urlsafe(60)}.{secrets.token_urlsafe(120)}.x".encode()


def by_pyjwt(subject: str) -> str:
    """Return a token for the plain application."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": subject, "exp": int(time.time()) + 3_600}
    claims |= {"iat": int(time.time()), "jti": secrets.token_urlsafe(16), "scope": "*", "ver": 0}
    return jwt.encode(claims, SECRET, "HS256")


async def contenders(stack: AsyncExitStack) -> tuple[dict[str, Contender], Container]:
    """Return all contenders, started, and the container of ours."""
    bare, ours, theirs = without_auth(), guarded(), plain()
    members, issue_member = by_fastapi_users(SECRET)
    authx, issue_authx = by_authx(SECRET, Users().find)
    for app in (bare, ours, theirs, members, authx):
        await stack.enter_async_context(app.router.lifespan_context(app))
    tokens = ours.container.resolve(AccessTokens)

    def issue(subject: str) -> str:
        return tokens.issue(subject, version=0).text

    found = {
        "ours, without auth": Contender(bare, "/me", 200, cycle([None])),
        "ours, a scoped service": Contender(bare, "/service", 200, cycle([None])),
        "ours, public route": Contender(ours, "/open", 200, cycle([None])),
        "ours, seen, without a user": Contender(ours, "/closed", 200, cycle([issue("7").encode()])),
        "ours, token seen before": Contender(ours, "/me", 200, cycle([issue("7").encode()])),
        "ours, new token": Contender(ours, "/me", 200, made(issue)),
        "ours, garbage token": Contender(ours, "/me", 401, garbage()),
        "ours, 404": Contender(ours, "/nothing", 404, cycle([None])),
        "FastAPI, without auth": Contender(theirs, "/open", 200, cycle([None])),
        "FastAPI + PyJWT, a token": Contender(theirs, "/me", 200, made(by_pyjwt)),
        "FastAPI + PyJWT, garbage": Contender(theirs, "/me", 401, garbage()),
        "fastapi-users, a token": Contender(members, "/me", 200, made(issue_member)),
        "fastapi-users, garbage": Contender(members, "/me", 401, garbage()),
        "AuthX, a token": Contender(authx, "/me", 200, made(issue_authx)),
        "AuthX, garbage": Contender(authx, "/me", 422, garbage()),
    }
    return found, ours.container


async def measure() -> None:
    """Print the median CPU time of each kind of request."""
    async with AsyncExitStack() as stack:
        found, services = await contenders(stack)
        times: dict[str, list[float]] = {name: [] for name in found}
        for name, each in found.items():
            for _ in range(5):
                if (status := await each.ask()) != each.status:
                    sys.exit(f"{name}: status {status} and not {each.status}")
        for _ in range(ROUNDS):
            for name, each in found.items():
                began = time.process_time()
                for _ in range(NUMBER):
                    await each.ask()
                times[name].append((time.process_time() - began) / NUMBER * 1e6)
        tokens, keys = (services.resolve(key) for key in (AccessTokens, KeyRing[SigningKey]))
        alone = parts(tokens, keys)
    medians = {name: median(each) for name, each in times.items()}
    base = medians["ours, without auth"]
    print("CPU µs of a GET in this process, and its ratio to ours without auth")
    for name, each in medians.items():
        print(f"{name:<28}{each:>8.1f}{each / base:>8.2f}")
    print("\nCPU µs of the parts of reading a token, each alone")
    for name, each in alone.items():
        print(f"{name:<48}{each:>6.2f}")


if __name__ == "__main__":
    asyncio.run(measure())
