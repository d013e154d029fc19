"""JSON that Python reads and that no response can hold: numbers that are none, and deep nesting."""

from typing import Any

import pytest
from fastapi import APIRouter
from pydantic import BaseModel
from units_of_work import RecordingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected, Router


class Measure(BaseModel):
    value: float


def declare(routes: APIRouter, log: list[str]) -> None:
    @routes.post("/echo")
    async def echo(body: dict[str, Any], units: Injected[UnitsOfWork]):
        units.add(RecordingUnit(log))
        return body

    @routes.post("/typed")
    async def typed(body: dict[str, Any]) -> dict[str, Any]:
        return body

    @routes.post("/model")
    async def model(body: Measure) -> Measure:
        return body

    @routes.get("/query")
    async def query(x: float):
        return {"x": x}

    @routes.post("/own")
    async def own(body: dict[str, Any]):
        return [float("nan"), body]

    @routes.post("/own/deep")
    async def own_deep(body: dict[str, Any]):
        body["self"] = body
        return body

    @routes.post("/endless")
    async def endless(body: dict[str, Any]) -> None:
        def again() -> None:
            again()

        again()

    @routes.post("/late")
    async def late(body: dict[str, Any], units: Injected[UnitsOfWork]):
        units.add(RecordingUnit(log))
        raise ValueError("Out of range float values are not JSON compliant")


@pytest.fixture(params=["plan", "fastapi", "middleware"])
def app(request, log) -> FastTrackFramework:
    app = FastTrackFramework()
    router = Router() if request.param == "plan" else APIRouter()
    declare(router, log)
    app.include_router(router)
    if request.param == "middleware":

        @app.middleware("http")
        async def passing(request, call_next):
            return await call_next(request)

    return app


@pytest.fixture
def post(app, bare):
    async def posted(path: str, content: bytes):
        headers = {"content-type": "application/json"}
        async with bare(app) as client:
            return await client.post(path, content=content, headers=headers)

    return posted


NUMBERS = [b"NaN", b"Infinity", b"-Infinity", b"1e999"]


async def test_numbers_that_are_none_are_not_valid_where_nothing_declares_the_response(post, log):
    said = "Input should have finite numbers only"
    for number in NUMBERS:
        response = await post("/echo", b'{"a": [%b]}' % number)
        assert response.status_code == 422
        fault = {"in": "body", "pointer": "", "code": "finite_number", "detail": said}
        assert response.json()["errors"] == [fault]
    assert log == ["rollback"] * len(NUMBERS)


async def test_numbers_that_are_none_may_be_in_the_query(app, bare):
    async with bare(app) as client:
        for text in ("nan", "inf", "-Infinity", "1e999"):
            response = await client.get("/query", params={"x": text})
            assert response.status_code == 422
            assert response.json()["errors"][0]["in"] == "query"


async def test_numbers_that_are_none_are_null_where_a_type_declares_the_response(post):
    for number in NUMBERS:
        assert (await post("/typed", b'{"a": %b}' % number)).text == '{"a":null}'
        assert (await post("/model", b'{"value": %b}' % number)).text == '{"value":null}'


async def test_a_number_of_the_server_s_own_is_its_error(post):
    assert (await post("/own", b'{"a": "banana", "b": 1.5}')).status_code == 500


async def test_json_that_is_nested_too_deeply_is_not_valid(post, log):
    said = "Input should not be nested so deeply"
    for path, depth in (("/typed", 260), ("/typed", 900), ("/endless", 260)):
        response = await post(path, b'{"a": %b%b}' % (b"[" * depth, b"]" * depth))
        assert response.status_code == 422, (path, depth)
        assert response.json()["errors"][0]["detail"] == said
    assert (await post("/endless", b'{"a": [[[]]]}')).status_code == 500
    for depth in (400, 3_000):  # what Python's stack allows differs between versions
        response = await post("/echo", b'{"a": %b%b}' % (b"[" * depth, b"]" * depth))
        assert response.status_code in {200, 400, 422}


async def test_a_result_that_refers_to_itself_is_an_error_of_the_server(post):
    assert (await post("/own/deep", b'{"a": "%b"}' % (b"[" * 200))).status_code == 500


async def test_a_handler_of_the_users_for_value_errors_answers_first(app, post, log):
    app.map_error(ValueError, 400)
    assert (await post("/late", b'{"a": NaN}')).status_code == 400
    assert log == ["rollback"]
