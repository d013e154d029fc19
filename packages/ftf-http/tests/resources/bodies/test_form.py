"""Forms: bodies with the questions that are asked before and after they are read."""

from abc import ABC, abstractmethod
from typing import Annotated

import pytest
from catalogue import Product
from fastapi import HTTPException, Request
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from ftf.http import Controller, FastTrackFramework, post
from ftf.http.exceptions import InvalidRoutesError
from ftf.http.resources import Faults, Form, Validated
from ftf.http.types import Line
from ftf.orm import Exists, Repository, Unique


class LineIn(BaseModel):
    product_id: Annotated[int, Exists(Product.id)]
    quantity: int = Field(ge=1)


class OrderIn(BaseModel):
    number: Annotated[Line, Unique(Product.sku)]
    lines: list[LineIn]


class Stock:
    """A service: what is left of each product."""

    left: int = 3


class PlaceOrder(Form[OrderIn]):
    def __init__(self, request: Request, stock: Stock, log: list[str]) -> None:
        self.role = request.headers.get("x-role", "")
        self.stock = stock
        self.log = log

    async def authorize(self) -> None:
        self.log.append("authorize")
        if not self.role:
            raise HTTPException(401)

    async def check(self, body: OrderIn, faults: Faults) -> None:
        self.log.append("check")
        if self.role == "late":
            raise HTTPException(423)
        for number, line in enumerate(body.lines):
            if line.quantity > self.stock.left:
                place = f"/lines/{number}/quantity"
                detail = f"only {self.stock.left} are left"
                faults.add(place, code="stock", detail=detail, left=self.stock.left)


class Orders(Controller):
    prefix = "/orders"

    def __init__(self, products: Repository[Product]) -> None:
        self.products = products

    @post(status_code=201)
    async def place(self, form: Validated[PlaceOrder]) -> str:
        form.log.append("handler")
        await self.products.create(Product(sku=form.body.number, name="x", price=1))
        return form.body.number


class Note(BaseModel):
    text: str


class PlainForm(Form[Note]): ...


class Plain(Controller):
    prefix = "/plain"

    @post()
    async def place(self, form: Validated[PlainForm]) -> str:
        return form.body.text


@pytest.fixture
async def shop(serving, log):
    app = FastTrackFramework()
    app.instance(list[str], log)
    app.add_controller(Orders)
    app.add_controller(Plain)
    async with serving(app) as shop:
        await shop.save(Product(sku="tea", name="Tea", price=1))
        yield shop


def order(number: str = "n1", product: int = 1, quantity: int = 1) -> dict[str, object]:
    return {"number": number, "lines": [{"product_id": product, "quantity": quantity}]}


async def place(shop, body: object, role: str = "user"):
    return await shop.client.post("/orders", json=body, headers={"x-role": role} if role else {})


def codes(answer) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_resource_65_a_form_is_asked_before_its_body_is_read_and_once(shop, log):
    refused = await shop.client.post("/orders", content=b"no json")
    assert (refused.status_code, log) == (401, ["authorize"])
    log.clear()
    placed = await place(shop, order())
    assert (placed.status_code, placed.json()) == (201, "n1")
    assert log == ["authorize", "check", "handler"]


async def test_resource_65_the_faults_of_schema_rules_and_form_never_mix(shop, log):
    for body, found, asked in (
        (order("", 99, 9), [("/number", "string_too_short")], ["authorize"]),
        (
            order("tea", 99, 9),
            [("/number", "unique"), ("/lines/0/product_id", "exists")],
            ["authorize"],
        ),
        (order("n1", 1, 9), [("/lines/0/quantity", "stock")], ["authorize", "check"]),
    ):
        log.clear()
        answer = await place(shop, body)
        assert (answer.status_code, codes(answer), log) == (422, found, asked)
    fault = answer.json()["errors"][0]
    assert (fault["detail"], fault["params"]) == ("only 3 are left", {"left": 3})
    async with shop.session() as session:
        assert await session.scalar(select(func.count()).select_from(Product)) == 1


async def test_resource_65_what_a_form_raises_keeps_its_status(shop):
    assert (await place(shop, order(), "late")).status_code == 423


async def test_a_form_without_rules_and_questions_is_its_body(shop):
    answer = await shop.client.post("/plain", json={"text": "a"})
    assert (answer.status_code, answer.json()) == (200, "a")
    assert codes(await shop.client.post("/plain", json={})) == [("/text", "missing")]


async def test_the_document_shows_the_schema_of_the_body_and_no_form(shop):
    document = (await shop.client.get("/openapi.json")).json()
    body = document["paths"]["/orders"]["post"]["requestBody"]["content"]["application/json"]
    assert body["schema"] == {"$ref": "#/components/schemas/OrderIn"}
    assert "parameters" not in document["paths"]["/orders"]["post"]


async def test_a_form_that_cannot_be_built_stops_the_start(serve):
    class Warehouse(ABC):
        @abstractmethod
        def left(self) -> int: ...

    class Lost(Form[Note]):
        def __init__(self, warehouse: Warehouse) -> None: ...

    class Losing(Controller):
        prefix = "/lost"

        @post()
        async def place(self, form: Validated[Lost]) -> str:
            return form.body.text

    app = FastTrackFramework()
    app.add_controller(Losing)
    with pytest.raises(InvalidRoutesError, match="Lost"):
        async with serve(app):
            pass


@pytest.mark.parametrize("wrong", [Note, Form, Form[int], 3])
def test_what_is_no_form_of_a_schema_is_refused(wrong):
    with pytest.raises(TypeError, match=r"Validated\[\.\.\.\] takes a class of `Form\[Schema\]`"):
        Validated[wrong]
