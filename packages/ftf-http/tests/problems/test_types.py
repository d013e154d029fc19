"""The member `type` of problems, and the pages that its URIs lead to."""

from decimal import Decimal
from enum import Enum
from typing import Annotated

import pytest
from fastapi import HTTPException
from pydantic import BaseModel, Field
from starlette.responses import PlainTextResponse

from ftf.http import FastTrackFramework, ProblemResponse
from ftf.orm import (
    Base,
    CheckViolation,
    CursorError,
    DatabaseUnavailable,
    Deadlock,
    DuplicateRecord,
    ForeignKeyViolation,
    NotNullViolation,
    RecordNotFound,
    StaleRecord,
)


class OutOfStockError(Exception):
    def __init__(self, left: int) -> None:
        super().__init__(f"{left} left")
        self.left = left


class Ticket(Base):
    __abstract__ = True


def failing(app, *errors):
    for number, error in enumerate(errors):

        def fail(error=error):
            async def raised() -> None:
                raise error

            return raised

        app.get(f"/{number}")(fail())
    return app


async def test_resource_86_a_mapped_error_has_its_type_its_members_and_a_page(serve):
    app = failing(FastTrackFramework(), OutOfStockError(3))
    app.map_error(
        OutOfStockError,
        409,
        "Out of <stock>",
        type="out-of-stock",
        members=lambda error: {"left": error.left},
    )
    async with serve(app) as client:
        answer = await client.get("/0")
        assert answer.json() == {
            "type": "/problems/out-of-stock",
            "title": "Out of <stock>",
            "status": 409,
            "detail": "3 left",
            "left": 3,
        }
        page = await client.get("/problems/out-of-stock")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "<h1>Out of &lt;stock&gt;</h1><p>409 Conflict</p>" in page.text
    problem = app.openapi()["components"]["schemas"]["Problem"]
    assert "/problems/out-of-stock" in problem["properties"]["type"]["examples"]


@pytest.mark.parametrize("reserved", ["status", "title", "type", "detail"])
async def test_resource_86_a_member_that_every_problem_has_is_refused(caplog, serve, reserved):
    app = failing(FastTrackFramework(), OutOfStockError(3))
    app.map_error(OutOfStockError, 409, members=lambda _: {reserved: "x"})
    async with serve(app) as client:
        assert (await client.get("/0")).status_code == 500
    app = failing(FastTrackFramework(), OutOfStockError(3))
    app.map_error(OutOfStockError, 503, type="busy", members=lambda error: {"left": error.left})
    async with serve(app) as client:
        answer = (await client.get("/0")).json()
    assert (answer["type"], answer["left"], "detail" in answer) == ("/problems/busy", 3, False)


@pytest.mark.parametrize(
    ("status", "slug", "match"),
    [
        (409, "Out of stock", "type must be a slug of lower-case letters"),
        (409, "-x", "type must be a slug"),
        (409, "validation", "type 'validation' is for status 422, not 409: choose another slug"),
    ],
)
def test_resource_86_a_type_that_cannot_be_one_is_refused(status, slug, match):
    app = FastTrackFramework()
    with pytest.raises(ValueError, match=match):
        app.map_error(OutOfStockError, status, type=slug)
    assert OutOfStockError not in app.exception_handlers


@pytest.mark.parametrize(
    ("error", "slug", "status", "members"),
    [
        (RecordNotFound(Ticket), "not-found", 404, {}),
        (DuplicateRecord(("seat",), "uq"), "duplicate", 409, {"columns": ["seat"]}),
        (ForeignKeyViolation(("show_id",)), "reference", 409, {"columns": ["show_id"]}),
        (CheckViolation((), "ck_seats"), "check", 422, {"constraint": "ck_seats", "errors": []}),
        (NotNullViolation(("seat",)), "required", 422, {"columns": ["seat"]}),
        (StaleRecord(), "stale", 409, {}),
        (CursorError("x"), "cursor", 400, {}),
        (Deadlock(), "unavailable", 503, {}),
        (DatabaseUnavailable(), "unavailable", 503, {}),
    ],
)
async def test_resource_87_each_error_of_the_orm_has_a_type(serve, error, slug, status, members):
    async with serve(failing(FastTrackFramework(), error)) as client:
        answer = await client.get("/0")
        page = await client.get(answer.json()["type"])
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{slug}")
    assert answer.json() | members == answer.json()
    assert ("constraint" in answer.json()) is (slug == "check")
    assert (page.status_code, f"<p>{status} " in page.text) == (200, True)
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


class Size(Enum):
    SMALL = "small"


class Order(BaseModel):
    name: Annotated[str, Field(max_length=3, pattern="^[a-z]*$")] = ""
    size: Size = Size.SMALL
    price: Annotated[Decimal, Field(gt=Decimal("0.5"))] = Decimal(1)


async def test_resource_87_a_fault_has_pydantic_s_code_and_no_input(serve):
    app = FastTrackFramework()

    @app.post("/orders")
    async def create(order: Order) -> None: ...

    async with serve(app) as client:
        long = await client.post("/orders", json={"name": "secret", "price": "0.1"})
        odd = await client.post("/orders", json={"name": "!!", "size": "secret"})
    assert [(each["code"], each.get("params")) for each in long.json()["errors"]] == [
        ("string_too_long", {"max_length": 3}),
        ("greater_than", {"gt": 0.5}),
    ]
    assert [(each["code"], each.get("params")) for each in odd.json()["errors"]] == [
        ("string_pattern_mismatch", None),
        ("enum", {"expected": "'small'"}),
    ]
    assert "secret" not in long.text + odd.text


async def test_resource_88_raised_and_mapped_422_are_as_the_schema_says(serve):
    detail = [{"loc": ("query", "a"), "msg": "odd", "code": 7, "in": None}]
    app = failing(FastTrackFramework(), HTTPException(422, detail), OutOfStockError(1))
    app.map_error(OutOfStockError, 422)
    async with serve(app) as client:
        (fault,) = (await client.get("/0")).json()["errors"]
        assert (await client.get("/1")).json()["errors"] == []
    assert {name: fault[name] for name in ("in", "pointer", "code", "detail")} == {
        "in": "None",
        "pointer": "/a",
        "code": "7",
        "detail": "odd",
    }


async def test_a_mounted_application_names_its_own_pages(serve):
    outer, inner = FastTrackFramework(), failing(FastTrackFramework(), RecordNotFound(Ticket))
    outer.mount("/inner", inner)
    async with serve(outer) as client:
        answer = await client.get("/inner/0")
        assert answer.json()["type"] == "/inner/problems/not-found"
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert (await client.get(answer.json()["type"])).status_code == 200


@pytest.mark.parametrize("base", ["https://errors.example/", "urn:shop:"])
async def test_the_types_may_be_elsewhere(serve, base):
    app = failing(FastTrackFramework(problem_types=base), RecordNotFound(Ticket))
    app.map_error(OutOfStockError, 409, type="out-of-stock")
    async with serve(app) as client:
        assert (await client.get("/0")).json()["type"] == f"{base}not-found"
        assert (await client.get("/problems/not-found")).status_code == 404
        assert (await client.get("/problems/out-of-stock")).status_code == 404


async def test_a_uri_stays_as_it_is(serve):
    app = failing(FastTrackFramework(), OutOfStockError(1))
    app.map_error(OutOfStockError, 409, type="https://errors.example/stock")
    async with serve(app) as client:
        assert (await client.get("/0")).json()["type"] == "https://errors.example/stock"
        assert (await client.get("/problems/stock")).status_code == 404


@pytest.mark.parametrize("base", ["problems/", "/problems", "https://errors.example"])
def test_a_base_that_no_slug_can_follow_is_refused(base):
    with pytest.raises(ValueError, match="problem_types must be a path such as '/problems/'"):
        FastTrackFramework(problem_types=base)


async def test_a_route_of_the_users_takes_the_place_of_a_page(serve):
    app = FastTrackFramework()

    @app.get("/problems/{slug}")
    async def show(slug: str) -> str:
        return slug

    async with serve(app) as client:
        assert (await client.get("/problems/validation")).json() == "validation"


async def test_without_problem_details_there_are_no_pages(serve):
    async with serve(FastTrackFramework(problem_details=False)) as client:
        assert (await client.get("/problems/validation")).status_code == 404


def test_a_type_outside_of_an_application_has_the_default_base():
    response = ProblemResponse(409, type="duplicate")
    assert response.body == b'{"type":"/problems/duplicate","title":"Conflict","status":409}'


async def test_a_handler_may_return_a_problem_with_a_type_in_any_application(serve):
    app = FastTrackFramework()
    app.exception_handlers[404] = lambda *_: PlainTextResponse("none", 404)

    @app.get("/")
    async def index() -> ProblemResponse:
        return ProblemResponse(409, type="duplicate", columns=["name"])

    async with serve(app) as client:
        assert (await client.get("/")).json()["type"] == "/problems/duplicate"
