"""Dependencies that are overridden or replaced while the application serves."""

from typing import Annotated

from fastapi import Depends, FastAPI

from ftf.http import FastTrackFramework


async def plain(q: int = 1) -> int:
    return q


async def test_path_9_overrides_are_set_and_cleared_between_requests(serve):
    app = FastTrackFramework()

    async def number(q: int = 1) -> int:
        return q

    @app.get("/")
    async def show(number: Annotated[int, Depends(number)]) -> int:
        return number

    async with serve(app) as client:
        assert (await client.get("/")).json() == 1
        app.dependency_overrides[number] = lambda other: int(other) * 10
        assert (await client.get("/?other=2")).json() == 20
        assert (await client.get("/")).status_code == 422
        app.dependency_overrides = {}
        assert (await client.get("/")).json() == 1


async def test_path_9_a_dependency_that_is_replaced_later_is_not_called(serve):
    app = FastTrackFramework()

    async def other(q: int = 1) -> int:
        return q + 1

    @app.get("/")
    async def show(number: Annotated[int, Depends(plain)]) -> int:
        return number

    (route,) = [route for route in app.routes if getattr(route, "path", "") == "/"]
    async with serve(app) as client:
        assert (await client.get("/")).json() == 1
        route.dependant.dependencies[0].call = other
        assert (await client.get("/")).json() == 2


async def test_path_9_one_whose_result_is_shared_is_not_shared_after_it_was_replaced(serve):
    async def other(q: int = 1) -> int:
        return q + 1

    async def show(
        one: Annotated[int, Depends(plain)], same: Annotated[int, Depends(plain)]
    ) -> list[int]:
        return [one, same]

    answers = []
    for app in (FastAPI(), FastTrackFramework()):
        app.get("/")(show)
        (route,) = [route for route in app.routes if getattr(route, "path", "") == "/"]
        async with serve(app) as client:
            assert (await client.get("/")).json() == [1, 1]
            route.dependant.dependencies[1].call = other
            answers.append((await client.get("/")).json())
    assert answers[0] == answers[1]
