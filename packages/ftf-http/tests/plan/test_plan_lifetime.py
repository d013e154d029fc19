"""When a plan is made, and that it is freed with its route."""

import gc
import logging
import weakref

from fastapi import Depends

from ftf.http import FastTrackFramework, Injected
from ftf.http.plan import _plan  # noqa: PLC2701  # the subject


class Greeter:
    def greet(self) -> str:
        return "good day"


async def test_path_19_a_plan_is_made_at_the_first_request(serve, monkeypatch, caplog):
    made = []

    class Noting(_plan.Plan):
        def __init__(self, facts, *args: object) -> None:
            made.append(facts.path)
            super().__init__(facts, *args)

    monkeypatch.setattr("ftf.http.plan._planned.Plan", Noting)
    app = FastTrackFramework()
    for number in range(1_000):
        app.get(f"/{number}")(lambda: 1)
    with caplog.at_level(logging.DEBUG, "ftf.http"):
        async with serve(app) as client:
            assert made == []
            for _ in range(3):
                assert (await client.get("/3")).json() == 1
    assert made == ["/3"]
    assert "/3 is served by a compiled plan" in caplog.messages


async def test_a_route_without_a_plan_is_logged(serve, caplog):
    app = FastTrackFramework()

    async def opened():
        yield 1

    @app.get("/", dependencies=[Depends(opened)])
    async def show() -> int:
        return 1

    with caplog.at_level(logging.DEBUG, "ftf.http"):
        async with serve(app) as client:
            assert (await client.get("/")).json() == 1
    assert "/ is served by FastAPI: the dependency opened has `yield`" in caplog.messages


async def test_path_19_the_plan_of_a_removed_route_is_freed(serve, monkeypatch):
    plans = []

    class Referred(_plan.Plan):
        def __init__(self, *args: object) -> None:
            plans.append(weakref.ref(self))
            super().__init__(*args)

    monkeypatch.setattr("ftf.http.plan._planned.Plan", Referred)
    app = FastTrackFramework()

    @app.get("/")
    async def show(greeter: Injected[Greeter], number: int = 1) -> int:
        return number

    app.register(Greeter)
    async with serve(app) as client:
        assert (await client.get("/")).json() == 1
        assert plans[0]() is not None
        app.router.routes[:] = [route for route in app.routes if route.path != "/"]
        assert (await client.get("/")).status_code == 404
    gc.collect()
    assert [plan() for plan in plans] == [None]
