"""The types of guards, users and tokens, for mypy and pyright."""

from dataclasses import dataclass
from datetime import datetime
from typing import assert_type

from starlette.requests import HTTPConnection

from ftf.http import Controller, FastTrackFramework, Injected, get
from ftf.http.auth import (
    Access,
    AccessTokens,
    Auth,
    AuthProvider,
    BearerGuard,
    CookieGuard,
    CurrentUser,
    Guard,
    Identity,
    IssuedToken,
    KeyRing,
    OpenRoute,
    Secret,
    SigningKey,
    fresh,
    jwk_set_router,
    public,
)


@dataclass
class User:
    id: int


class Users:
    async def find(self, subject: str) -> User | None:
        return User(int(subject))

    def subject_of(self, user: User) -> str:
        return str(user.id)

    def version_of(self, user: User) -> int:
        return 0

    def is_active(self, user: User) -> bool:
        return True


class KeyGuard(Guard):
    challenge = "Key"

    async def authenticate(self, connection: HTTPConnection) -> Identity | None:
        return Identity(subject="7", guard="key") if connection.headers else None


def key(value: str) -> Secret:
    return Secret(value)


provider = AuthProvider(secrets=["..."], issuer="i", audience="a", users=Users(), user_class=User)
AuthProvider(secrets="...", issuer="i", audience="a", users=Users)
AuthProvider(secrets="...", issuer="i", audience="a", users=User)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
AuthProvider(secrets="...", issuer="i", audience="a", check="never")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]

app = FastTrackFramework(providers=[provider])
app.add_guard("api", BearerGuard)
app.add_guard("web", CookieGuard)
app.add_guard("key", KeyGuard)
app.add_guard("no", User)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
app.require_login()
assert_type([*app.open_routes()], list[OpenRoute])


@app.get("/")
@Access("api", scopes=["posts:read"])
@fresh(minutes=10)
async def show(
    user: CurrentUser[User],
    guest: CurrentUser[User | None],
    auth: Injected[Auth[User]],
    me: Injected[Identity],
) -> str:
    assert_type(user, User)
    assert_type(guest, User | None)
    assert_type(await auth.user(), User | None)
    assert_type(await auth.user_or_fail(), User)
    assert_type(auth.identity, Identity | None)
    assert_type(me.expires_at, datetime | None)
    return me.subject


@public
class Open(Controller):
    access = Access("api")

    @get("/")
    async def index(self) -> int:
        return 1


def plain() -> int:
    return 1


assert_type(public(plain)(), int)
Access("api", scope=["a"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
fresh(10)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def keys(tokens: AccessTokens, secret: Secret, pem: bytes) -> KeyRing[SigningKey]:
    assert_type(tokens.issue("7", scopes=["a"]), IssuedToken)
    assert_type(tokens.read("text"), Identity)
    secrets = KeyRing(secret)
    assert_type(secrets.active, Secret)
    secrets.replace(secret, following=[secret])
    secrets.replace(pem)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    ring = KeyRing(SigningKey.load(pem), retired=[SigningKey.from_secret(secret)])
    app.include_router(jwk_set_router(ring))
    return ring
