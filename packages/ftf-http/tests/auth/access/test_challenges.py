"""What a refused credential is answered by."""

import pytest
from auth_people import guarded
from late_guard import NOW, LateGuard, who

from ftf.http import FastTrackFramework
from ftf.http.auth import (
    Access,
    AmbiguousCredentials,
    Clock,
    Guard,
    fresh,
)


class Noon(Clock):
    def time(self) -> float:
        return NOW.timestamp()


@pytest.mark.parametrize(("ago", "status"), [("0", 200), ("600", 200), ("600.001", 401), ("", 401)])
async def test_edge_s71_a_login_may_be_exactly_so_old(serve, ago, status):
    app = guarded()
    app.register(Clock, Noon)
    app.add_guard("late", LateGuard)

    @app.get("/")
    @fresh(minutes=10)
    @fresh(minutes=60)
    async def show() -> int:
        return 1

    async with serve(app) as client:
        answer = await client.get("/", headers={"x-ago": ago})
    assert answer.status_code == status
    if status == 401:
        assert answer.headers["www-authenticate"] == (
            'Bearer realm="FastAPI", error="insufficient_user_authentication", max_age="600"'
        )


async def test_edge_s60_a_challenge_names_the_error_only_of_a_credential(serve):
    app = guarded(title='The "API"\r\nSet-Cookie: a=\\é')
    app.get("/any", dependencies=[Access()])(who)
    app.get("/web", dependencies=[Access("web")])(who)
    app.get("/write", dependencies=[Access("api", scopes=["b", "a"])])(who)
    realm = 'Bearer realm="The \\"API\\"??Set-Cookie: a=\\\\?"'
    async with serve(app) as client:

        async def challenge(path: str, **headers: str) -> str | None:
            answer = await client.get(path, headers={f"x-{k}": v for k, v in headers.items()})
            return answer.headers.get("www-authenticate")

        assert await challenge("/any") == realm
        assert await challenge("/any", user="bad") == f'{realm}, error="invalid_token"'
        assert await challenge("/any", user="99") == f'{realm}, error="invalid_token"'
        assert await challenge("/any", cookie="bad") == f'{realm}, error="invalid_token"'
        assert await challenge("/web") is None
        assert await challenge("/write", user="7 a") == (
            f'{realm}, error="insufficient_scope", scope="a b"'
        )


async def test_edge_s59_a_bad_credential_is_never_ignored_and_two_are_refused(serve):
    app = guarded()
    app.get("/", dependencies=[Access()])(who)
    app.get("/api", dependencies=[Access("api")])(who)
    async with serve(app) as client:

        async def status(path: str, user: str, cookie: str) -> int:
            headers = {"x-user": user, "x-cookie": cookie}
            return (await client.get(path, headers=headers)).status_code

        assert await status("/", "bad", "7") == 401
        assert await status("/", "7", "bad") == 401
        assert await status("/", "7", "7") == 400
        assert await status("/api", "7", "7") == 200
        assert await status("/api", "7", "bad") == 200


async def test_guards_are_asked_in_the_order_of_registration(serve):
    asked: list[str] = []

    class Noting(Guard):
        async def authenticate(self, connection) -> None:
            asked.append(type(self).__name__)

    class First(Noting): ...

    class Second(Noting): ...

    app = FastTrackFramework()
    app.add_guard("second", Second)
    app.add_guard("first", First)
    app.get("/", dependencies=[Access("first", "second")])(who)
    async with serve(app) as client:
        await client.get("/")
    assert asked == ["Second", "First"]


def test_two_credentials_are_a_bad_request():
    assert AmbiguousCredentials().status_code == 400
