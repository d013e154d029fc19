from typing import Annotated

import pytest
from fastapi import HTTPException, Query
from fastapi.exceptions import RequestValidationError
from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel, Field, Json
from starlette.responses import PlainTextResponse
from units_of_work import FailingUnit

from ftf.container import UnitsOfWork
from ftf.http import FastTrackFramework, Injected, ProblemResponse


class Order(BaseModel):
    amount: int
    lines: list[int] = Field(alias="a/b~c")


@pytest.fixture
def app():
    return FastTrackFramework()


async def test_edge_37_an_unknown_route_is_a_problem(app, serve):
    async with serve(app) as client:
        answer = await client.get("/nowhere")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {"title": "Not Found", "status": 404}


async def test_a_method_that_is_not_allowed_is_a_problem(app, serve):
    async with serve(app) as client:
        answer = await client.post("/health")
    assert (answer.status_code, answer.json()["title"]) == (405, "Method Not Allowed")
    assert "GET" in answer.headers["allow"]


async def test_bad_input_names_each_field(app, serve):
    @app.post("/")
    async def create(order: Order, page: Annotated[int, Query(ge=1)] = 1) -> None: ...

    async with serve(app) as client:
        answer = await client.post("/?page=0", json={"amount": "many", "a/b~c": [1, "two"]})
    assert answer.status_code == 422
    assert answer.json() == {
        "type": "/problems/validation",
        "title": "Unprocessable Content",
        "status": 422,
        "detail": "The request is not valid.",
        "errors": [
            {
                "in": "query",
                "pointer": "/page",
                "code": "greater_than_equal",
                "detail": "Input should be greater than or equal to 1",
                "params": {"ge": 1},
            },
            {
                "in": "body",
                "pointer": "/amount",
                "code": "int_parsing",
                "detail": "Input should be a valid integer, unable to parse string as an integer",
            },
            {
                "in": "body",
                "pointer": "/a~1b~0c/1",
                "code": "int_parsing",
                "detail": "Input should be a valid integer, unable to parse string as an integer",
            },
        ],
    }


async def test_edge_40_malformed_json_is_a_problem_of_the_whole_body(app, serve):
    @app.post("/")
    async def create(order: Order) -> None: ...

    async with serve(app) as client:
        headers = {"content-type": "application/json"}
        answer = await client.post("/", content=b'{"amount": ', headers=headers)
    detail = "JSON decode error at character 12: Expecting value"
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"in": "body", "pointer": "", "code": "json_invalid", "detail": detail}
    ]


async def test_json_that_is_malformed_in_a_field_is_a_problem_of_that_field(app, serve):
    class Wrapped(BaseModel):
        inner: Json[int]

    @app.post("/")
    async def create(wrapped: Wrapped) -> None: ...

    async with serve(app) as client:
        answer = await client.post("/", json={"inner": "{"})
    (error,) = answer.json()["errors"]
    assert (error["in"], error["pointer"]) == ("body", "/inner")


async def test_a_fault_without_a_place_is_one_of_the_body(app, serve):
    @app.get("/")
    async def fail() -> None:
        raise RequestValidationError([{"type": "odd", "loc": (), "msg": "Odd"}])

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.json()["errors"] == [
        {"in": "body", "pointer": "", "code": "odd", "detail": "Odd"}
    ]


async def test_faults_that_a_handler_finds_itself_need_no_more_than_a_text(app, serve):
    faults = [{"loc": ("body", "x"), "msg": "is taken"}, "too late", {}]

    @app.get("/")
    async def fail() -> None:
        raise RequestValidationError(faults)

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"in": "body", "pointer": "/x", "code": "invalid", "detail": "is taken"},
        {"in": "body", "pointer": "", "code": "invalid", "detail": "too late"},
        {"in": "body", "pointer": "", "code": "invalid", "detail": ""},
    ]


@pytest.mark.parametrize("status", [200, 399, 600, "404"])
def test_a_mapped_error_has_the_status_of_one(app, status):
    with pytest.raises(ValueError, match=f"from 400 to 599, not {status!r}"):
        app.map_error(LookupError, status)


@pytest.mark.parametrize("mapped", [int, KeyboardInterrupt, LookupError()])
def test_what_is_no_exception_is_not_mapped(app, mapped):
    with pytest.raises(TypeError, match="must be a subclass of Exception"):
        app.map_error(mapped, 404)


async def test_an_http_exception_keeps_its_status_headers_and_detail(app, serve):
    @app.get("/text")
    async def text() -> None:
        raise HTTPException(401, "Who are you?", headers={"www-authenticate": "Basic"})

    @app.get("/data")
    async def data() -> None:
        raise HTTPException(499, {"left": "early"})

    @app.get("/empty")
    async def empty() -> None:
        raise HTTPException(304)

    async with serve(app) as client:
        answer = await client.get("/text")
        assert answer.json()["detail"] == "Who are you?"
        assert answer.headers["www-authenticate"] == "Basic"
        answer = await client.get("/data")
        assert answer.json() == {"title": "Error", "status": 499, "errors": {"left": "early"}}
        answer = await client.get("/empty")
        assert (answer.status_code, answer.content) == (304, b"")


async def test_edge_38_an_unexpected_error_shows_nothing_of_the_inside(app, serve):
    @app.get("/")
    async def fail() -> None:
        raise KeyError("secret")

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.json() == {
        "title": "Internal Server Error",
        "status": 500,
        "request_id": answer.headers["x-request-id"],
    }


async def test_a_mapped_error_shows_its_text(app, serve):
    class SoldOutError(Exception): ...

    app.map_error(SoldOutError, 410, "Sold out")

    @app.get("/")
    async def fail() -> None:
        raise SoldOutError("No tickets left")

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.json() == {"title": "Sold out", "status": 410, "detail": "No tickets left"}


async def test_a_mapped_error_of_the_server_is_for_the_log(app, serve, caplog):
    app.map_error(ConnectionError, 503, "Come back later")

    @app.get("/")
    async def fail() -> None:
        raise ConnectionError("secret host")

    async with serve(app) as client:
        answer = await client.get("/")
    found = answer.headers["x-request-id"]
    assert answer.json() == {"title": "Come back later", "status": 503, "request_id": found}
    (record,) = (record for record in caplog.records if record.name == "ftf.http")
    assert record.getMessage() == f"answered 503: / (request {found})"
    assert str(record.exc_info[1]) == "secret host"


async def test_a_commit_that_fails_as_expected_is_logged_once(app, caplog):
    app.map_error(ConnectionError, 503)

    @app.get("/")
    async def write(units: Injected[UnitsOfWork]) -> None:
        units.add(FailingUnit(ConnectionError("secret host")))

    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as client:
        assert (await client.get("/")).status_code == 503
    assert [record.name for record in caplog.records if record.levelname == "ERROR"] == ["ftf.http"]


async def test_a_handler_of_the_users_wins(serve):
    async def not_found(request, error):
        return PlainTextResponse("nothing here", 404)

    app = FastTrackFramework(exception_handlers={404: not_found})
    async with serve(app) as client:
        assert (await client.get("/nowhere")).text == "nothing here"


@pytest.mark.parametrize(
    ("raised", "errors"),
    [
        (LookupError("Cannot sort by size"), []),
        (HTTPException(422, "Cannot sort by size"), []),
        (HTTPException(422), []),
        (
            HTTPException(422, {"code": 7}),
            [{"in": "body", "pointer": "", "detail": "", "code": "7"}],
        ),
        (
            HTTPException(422, [{"loc": ("query", "sort"), "msg": "is unknown"}, "odd"]),
            [
                {
                    "in": "query",
                    "pointer": "/sort",
                    "code": "invalid",
                    "detail": "is unknown",
                    "loc": ["query", "sort"],
                    "msg": "is unknown",
                },
                {"in": "body", "pointer": "", "code": "invalid", "detail": "odd"},
            ],
        ),
    ],
)
async def test_every_422_has_the_list_of_errors_that_the_schema_promises(
    app, serve, raised, errors
):
    app.map_error(LookupError, 422)

    @app.get("/")
    async def index(sort: str = "") -> None:
        raise raised

    async with serve(app) as client:
        answer = await client.get("/")
    assert answer.json()["errors"] == errors
    schemas = app.openapi()["components"]["schemas"]
    (_, promised) = schemas["ValidationProblem"]["allOf"]
    assert promised["required"] == ["errors"]
    fault = promised["properties"]["errors"]["items"]
    assert all(each.keys() >= {*fault["required"]} for each in errors)


def test_a_problem_without_a_detail_has_none():
    assert ProblemResponse(404).body == b'{"title":"Not Found","status":404}'
