"""What clients of a limited application are told."""

import subprocess
import sys

from starlette.middleware.cors import CORSMiddleware
from starlette.responses import PlainTextResponse

from ftf.http import FastTrackFramework
from ftf.http.limits import (
    Limit,
    LimitExceeded,
    LimitsProvider,
    MemoryLimits,
    throttle,
    user,
)


async def test_a_route_is_limited_by_a_decorator(app, serve, statuses):
    @app.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        assert await statuses(client, "/") == [200, 200, 429]


async def test_a_refusal_names_the_policy_and_the_time(app, serve, statuses):
    @app.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        await statuses(client, "/", 2)
        response = await client.get("/")
    assert response.json() == {
        "type": "https://iana.org/assignments/http-problem-types#quota-exceeded",
        "title": "Request cannot be satisfied as assigned quota has been exceeded",
        "status": 429,
        "detail": "The quota of two is used up: retry in 1800 s.",
        "violated-policies": ["two"],
    }
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["retry-after"] == "1800"
    assert response.headers["ratelimit-policy"] == '"two";q=2;w=3600'
    assert response.headers["ratelimit"] == '"two";r=0;t=1800'
    assert response.headers["x-content-type-options"] == "nosniff"


async def test_a_response_says_what_is_left(app, serve):
    @app.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        response = await client.get("/")
    assert response.headers["ratelimit"] == '"two";r=1;t=1800'
    assert "retry-after" not in response.headers


async def test_fastapi_s_shapes_are_kept_without_problem_details(serve, statuses):
    app = FastTrackFramework(problem_details=False)
    app.add_limit("one", Limit.per_hour(1))

    @app.get("/")
    @throttle("one")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        assert await statuses(client, "/", 1) == [200]
        response = await client.get("/")
    assert response.status_code == 429
    assert response.json() == {"detail": "The quota of one is used up: retry in 3600 s."}
    assert response.headers["retry-after"] == "3600"


async def test_every_request_takes_a_limit_of_everywhere(app, serve, statuses):
    app.add_limit("all", Limit.per_hour(3), everywhere=True)

    @app.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        response = await client.get("/")
        assert response.headers["ratelimit-policy"] == '"all";q=3;w=3600, "two";q=2;w=3600'
        assert await statuses(client, "/missing", 2) == [404, 404]
        refused = await client.get("/")
        assert refused.json()["violated-policies"] == ["all"]
        assert refused.headers["x-request-id"]
        assert await statuses(client, "/health", 5) == [200] * 5
        assert await statuses(client, "/ready", 5) == [200] * 5


async def test_edge_s82_head_is_counted(app, serve, statuses):
    @app.api_route("/", methods=["GET", "HEAD"])
    @throttle("two")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        assert await statuses(client, "/", 2, "HEAD") == [200, 200]
        assert await statuses(client, "/", 1) == [429]


async def test_a_preflight_is_not_counted_and_a_refusal_has_cors_headers(serve):
    app = FastTrackFramework()
    app.add_middleware(CORSMiddleware, allow_origins=["https://app.example"])
    app.add_limit("all", Limit.per_hour(1), everywhere=True)
    origin = {"origin": "https://app.example"}
    asking = origin | {"access-control-request-method": "GET"}
    async with serve(app) as client:
        for _ in range(3):
            assert (await client.options("/", headers=asking)).status_code == 200
        assert (await client.get("/", headers=origin)).status_code == 404
        refused = await client.get("/", headers=origin)
    assert refused.status_code == 429
    assert refused.headers["access-control-allow-origin"] == "https://app.example"


async def test_a_user_has_a_quota_of_its_own(serve, statuses):
    app = FastTrackFramework()
    app.add_limit("mine", Limit.per_hour(1, by=user))
    app.add_limit("keys", Limit.per_hour(1, by=lambda c: c.connection.headers.get("x-key")))

    @app.get("/")
    @throttle("keys")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        for key in "ab":
            assert (await client.get("/", headers={"x-key": key})).status_code == 200
        assert (await client.get("/", headers={"x-key": "a"})).status_code == 429
        assert await statuses(client, "/") == [200, 200, 200]


async def test_a_cost_is_what_a_route_takes(app, serve, statuses):
    app.add_limit("five", Limit.per_hour(5))

    @app.get("/")
    @throttle("five", cost=2)
    async def show() -> int:
        return 1

    async with serve(app) as client:
        assert await statuses(client, "/") == [200, 200, 429]


async def test_a_handler_of_the_user_s_answers_a_refusal(app, serve):
    app.add_limit("all", Limit.per_hour(1), everywhere=True)

    @app.exception_handler(LimitExceeded)
    async def answer(_, error: LimitExceeded):
        return PlainTextResponse(f"{error.policies} {error.retry_after}", 420)

    async with serve(app) as client:
        await client.get("/")
        response = await client.get("/")
    assert (response.status_code, response.text) == (420, "('all',) 3600")


async def test_x_headers_are_added_on_request(serve):
    app = FastTrackFramework(providers=[LimitsProvider(MemoryLimits(), legacy_headers=True)])
    app.add_limit("all", Limit.per_hour(5), Limit.per_minute(3), everywhere=True)
    async with serve(app) as client:
        headers = (await client.get("/")).headers
    assert headers["x-ratelimit-limit"] == "3"
    assert headers["x-ratelimit-remaining"] == "2"
    assert headers["x-ratelimit-reset"] == "20"


async def test_edge_s64_applications_in_each_other_have_limits_of_their_own(app, serve, statuses):
    inner = FastTrackFramework()
    inner.add_limit("one", Limit.per_hour(1), everywhere=True)
    app.mount("/inner", inner)

    @app.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    async with serve(app) as client:
        assert await statuses(client, "/inner/x", 2) == [404, 429]
        assert await statuses(client, "/") == [200, 200, 429]


async def test_an_application_that_was_not_started_counts_as_well(app, bare, statuses):
    @app.get("/")
    @throttle("two")
    async def show() -> int:
        return 1

    async with bare(app) as client:
        assert await statuses(client, "/") == [200, 200, 429]


def test_ftf_http_alone_loads_no_addition():
    code = "import ftf.http, sys; print(*sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)  # noqa: S603
    assert b"ftf.http.routing" in run.stdout
    assert b"ftf.orm" not in run.stdout
    for room in (b"limits", b"resources", b"security", b"types"):
        assert b"ftf.http." + room not in run.stdout
