"""The fixtures of ftf-testing on an application with guards of ftf-http."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

import pytest

from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import (
    Access,
    AuthProvider,
    BearerGuard,
    Credentials,
    CurrentUser,
    Guard,
    Identity,
    InvalidAuthError,
    fresh,
)
from ftf.http.limits import Limit, throttle, user
from ftf.http.security import SecurityOptions


@dataclass
class User:
    id: int
    name: str
    version: int = 0


class Users:
    def __init__(self) -> None:
        self.all = {"1": User(1, "Ann"), "2": User(2, "Bob", 5)}

    async def find(self, subject: str) -> User | None:
        return self.all.get(subject)

    def subject_of(self, user: User) -> str:
        return str(user.id)

    def version_of(self, user: User) -> int:
        return user.version

    def is_active(self, user: User) -> bool:
        return user.name != "inactive"


class KeyGuard(Guard):
    async def authenticate(self, connection) -> Identity | None:
        return None


@pytest.fixture
def users() -> Users:
    return Users()


@pytest.fixture
def app(users) -> FastTrackFramework:
    provider = AuthProvider(
        secrets=token_urlsafe(48), issuer="https://api.example", audience="shop", users=users
    )
    app = FastTrackFramework(providers=[provider], security=SecurityOptions())
    app.add_guard("api", BearerGuard)
    app.add_guard("key", KeyGuard)
    app.add_limit("two", Limit.per_hour(2, by=user))
    app.require_login()

    @app.get("/me")
    async def me(current: CurrentUser[User], identity: Injected[Identity]) -> str:
        return f"{current.name} {','.join(sorted(identity.scopes))}"

    @app.get("/write")
    @Access(scopes=["write"])
    async def write() -> None: ...

    @app.post("/limited")
    @throttle("two")
    async def limited() -> None: ...

    @app.delete("/all")
    @fresh(minutes=5)
    async def remove() -> None: ...

    return app


async def test_users_act_side_by_side(acting_as, client, users):
    ann, bob = acting_as(users.all["1"]), acting_as(users.all["2"], scopes=["read", "more"])
    robot = acting_as("client:robot", guard="api")
    for _ in range(3):
        assert (await ann.get("/me")).json() == "Ann *"
        assert (await bob.get("/me")).json() == "Bob more,read"
        assert (await client.get("/me")).status_code == 401
        assert (await robot.get("/write")).status_code == 200
        assert (await robot.get("/me")).status_code == 401


async def test_scopes_are_as_narrow_as_they_are_given(acting_as, users):
    ann = users.all["1"]
    assert (await acting_as(ann).get("/write")).status_code == 200
    assert (await acting_as(ann, scopes=["write"]).get("/write")).status_code == 200
    assert (await acting_as(ann, scopes=["read"]).get("/write")).status_code == 403
    assert (await acting_as(ann, scopes=[]).get("/write")).status_code == 403


async def test_a_credential_passes_limits_and_protection_like_any_other(acting_as, users):
    ann, bob = acting_as(users.all["1"]), acting_as(users.all["2"])
    headers = {"sec-fetch-site": "same-origin"}
    codes = [(await ann.post("/limited", headers=headers)).status_code for _ in range(3)]
    assert codes == [200, 200, 429]
    assert (await bob.post("/limited")).status_code == 200


async def test_only_a_recent_login_is_fresh(acting_as, users, frozen_clock):
    ann = acting_as(users.all["1"])
    assert (await ann.delete("/all")).status_code == 200
    assert (await acting_as(users.all["1"], fresh=False).delete("/all")).status_code == 401
    frozen_clock.move(timedelta(minutes=5))
    assert (await ann.delete("/all")).status_code == 200
    frozen_clock.move(1)
    assert (await ann.delete("/all")).status_code == 401
    assert (await ann.get("/me")).status_code == 200


async def test_a_frozen_clock_ends_a_token(acting_as, users, frozen_clock):
    ann = acting_as(users.all["1"])
    assert (await ann.get("/me")).status_code == 200
    frozen_clock.move(timedelta(minutes=10, seconds=4))
    assert (await ann.get("/me")).status_code == 200
    frozen_clock.move(1)
    assert (await ann.get("/me")).status_code == 401


async def test_a_frozen_clock_moves_the_limits(acting_as, users, frozen_clock):
    async def codes() -> list[int]:
        ann = acting_as(users.all["1"])
        return [(await ann.post("/limited")).status_code for _ in range(3)]

    assert await codes() == [200, 200, 429]
    frozen_clock.move(timedelta(hours=1))
    assert await codes() == [200, 200, 429]


async def test_a_guard_that_issues_nothing_says_so(acting_as, users, container, client):
    with pytest.raises(InvalidAuthError, match="does not issue credentials"):
        await acting_as(users.all["1"], guard="key").get("/me")
    credentials = container.resolve(Credentials)
    with pytest.raises(InvalidAuthError, match=r"'other' does not exist.\n.* has 'api', 'key'"):
        await credentials.headers(users.all["1"], guard="other")


class TestOverridden:
    @pytest.fixture
    def auth_headers(self):
        return lambda _: {"authorization": "Bearer own"}

    async def test_own_headers_win(self, acting_as, users):
        assert (await acting_as(users.all["1"]).get("/me")).status_code == 401
