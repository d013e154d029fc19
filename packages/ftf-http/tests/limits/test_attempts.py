"""Limits that a handler takes: failures, refunds, slowing down."""

import asyncio
import itertools

import pytest
from httpx import ASGITransport, AsyncClient
from starlette.requests import HTTPConnection

from ftf.http import FastTrackFramework, Injected
from ftf.http.limits import (
    Limit,
    LimitsProvider,
    MemoryLimits,
    Throttle,
    UnknownLimitError,
    account,
    both,
    client_network,
    throttle,
)


async def test_failures_of_a_route_are_counted_and_successes_are_not(serve, statuses):
    app = FastTrackFramework()
    app.add_limit("failures", Limit.per_hour(2, count="failures"))

    @app.get("/{status}")
    @throttle("failures")
    async def show(status: int) -> int:
        return {200: 1}[status]

    app.map_error(KeyError, 404)
    async with serve(app) as client:
        assert await statuses(client, "/200", 5) == [200] * 5
        assert (await client.get("/200")).headers["ratelimit"].startswith('"failures";r=2')
        assert await statuses(client, "/404") == [404, 404, 429]


class Login:
    """A login that hashes, and can be watched."""

    def __init__(self) -> None:
        self.hashed = 0
        self.go_on = asyncio.Event()

    async def verify(self, word: str) -> bool:
        self.hashed += 1
        await self.go_on.wait()
        return word == "right"


@pytest.fixture
def login() -> Login:
    return Login()


def login_app(login: Login, *limits: Limit, **options: object) -> FastTrackFramework:
    app = FastTrackFramework(providers=[LimitsProvider(MemoryLimits(), **options)])
    app.add_limit("login", *limits)
    app.instance(Login, login)
    app.map_error(PermissionError, 401)

    @app.post("/login")
    async def log_in(email: str, word: str, login: Injected[Login], to: Injected[Throttle]):
        async with to.attempt("login", account=email):
            if not await login.verify(word):
                raise PermissionError

    return app


async def guess(client, email="ada@example.com", word="wrong") -> int:
    query = {"email": email, "word": word}
    return (await client.post("/login", params=query)).status_code


async def test_edge_s74_guesses_at_the_same_time_cannot_be_more_than_the_quota(serve, login):
    app = login_app(login, Limit.per_hour(5, by=account, count="failures"))
    async with serve(app) as client:
        guesses = [asyncio.ensure_future(guess(client)) for _ in range(50)]
        refused = [await each for each in itertools.islice(asyncio.as_completed(guesses), 45)]
        assert (refused, login.hashed) == ([429] * 45, 5)
        login.go_on.set()
        assert sorted(await asyncio.gather(*guesses)) == [401] * 5 + [429] * 45


async def test_edge_s74_a_success_gives_back(serve, login):
    login.go_on.set()
    app = login_app(login, Limit.per_hour(2, by=account, count="failures"))
    async with serve(app) as client:
        assert [await guess(client, word="right") for _ in range(5)] == [200] * 5
        assert [await guess(client) for _ in range(3)] == [401, 401, 429]
        assert await guess(client, word="right") == 429
        assert await guess(client, "bob@example.com", "right") == 200


async def test_edge_s81_an_attacker_that_is_refused_does_not_lock_the_owner_out(serve, login):
    login.go_on.set()
    waits = []

    async def wait(seconds: float) -> None:
        waits.append(seconds)

    app = login_app(
        login,
        Limit.per_hour(3, by=both(account, client_network), count="failures"),
        Limit.per_hour(2, by=account, then="slow"),
        wait=wait,
    )
    async with serve(app) as client:
        assert [await guess(client) for _ in range(4)] == [401, 401, 401, 429]
        assert waits == [2.0]
    elsewhere = ASGITransport(app, client=("198.51.100.9", 1))
    async with AsyncClient(transport=elsewhere, base_url="http://test") as owner:
        assert await guess(owner, "ada@example.com", "right") == 200
    assert waits == [2.0, 2.0]


async def test_edge_s81_waiters_are_bounded(serve, login):
    login.go_on.set()
    arrived, over = asyncio.Semaphore(0), asyncio.Event()

    async def wait(_: float) -> None:
        arrived.release()
        await over.wait()

    limits = Limit.per_hour(4), Limit.per_hour(1, by=account, then="slow")
    app = login_app(login, *limits, wait=wait, max_waiters=2)
    async with serve(app) as client:
        assert await guess(client) == 401
        waiting = [asyncio.ensure_future(guess(client)) for _ in range(2)]
        for _ in waiting:
            await arrived.acquire()
        # What they have taken of the other limit is given back.
        assert [await guess(client) for _ in range(3)] == [429, 429, 429]
        over.set()
        assert await asyncio.gather(*waiting) == [401, 401]
        assert await guess(client) == 401


async def test_a_handler_takes_a_limit_by_its_service(app, serve, statuses):
    @app.get("/{name}")
    async def show(name: str, limits: Injected[Throttle]) -> int:
        await limits.take(name, cost=2)
        return 1

    app.map_error(UnknownLimitError, 404)
    async with serve(app) as client:
        assert await statuses(client, "/two", 2) == [200, 429]
        assert await statuses(client, "/three", 1) == [404]


async def test_the_service_names_the_remedy_where_no_limit_was_added():
    with pytest.raises(UnknownLimitError, match=r"named 'api'; the application has none"):
        await Throttle(HTTPConnection({"type": "http"})).take("api")
