"""`Checked` bodies and `Bound` records of handlers by hand."""

import asyncio
import sys
from collections import Counter
from decimal import Decimal
from typing import Annotated

import pytest
from catalogue import Product, ProductIn, ProductOut, Supplier
from fastapi import Depends
from pydantic import BaseModel

from ftf.http import Controller, FastTrackFramework, patch, post
from ftf.http.exceptions import InvalidRoutesError
from ftf.http.resources import Bound, Checked, ResourceController, Unchecked
from ftf.orm import DatabaseProvider, DuplicateRecord, Exists, Repository, Unique


class SupplierIn(BaseModel):
    name: str
    skus: list[Annotated[str, Unique(Product.sku)]] = []


class CheckedIn(BaseModel):
    sku: Annotated[str, Unique(Product.sku)]
    price: Decimal = Decimal(1)
    supplier_id: Annotated[int | None, Exists(Supplier.id)] = None


class Recursive(BaseModel):
    further: list["Recursive"] = []


class Products(Controller):
    prefix = "/products"

    def __init__(self, products: Repository[Product]) -> None:
        self.products = products

    @post(status_code=201)
    async def create(self, body: Checked[CheckedIn]) -> int:
        return (await self.products.create(Product(name="x", **body.model_dump()))).id

    @patch("/{product}")
    async def update(self, product: Bound[Product], body: Checked[CheckedIn]) -> str:
        product.sku = body.sku
        return (await self.products.update(product)).sku

    @post("/{product}/copy")
    async def copy(self, product: Bound[Product], body: Checked[SupplierIn]) -> None:
        raise DuplicateRecord(("something",))


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    app.add_controller(Products)
    async with serving(app) as shop:
        yield shop


def faults(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_rules_of_a_checked_body_are_asked_before_the_handler(shop):
    assert (await shop.client.post("/products", json={"sku": "a"})).status_code == 201
    answer = await shop.client.post("/products", json={"sku": "a", "supplier_id": 9})
    assert faults(answer) == [("/sku", "unique"), ("/supplier_id", "exists")]
    assert faults(await shop.client.post("/products", json={})) == [("/sku", "missing")]


async def test_resource_58_the_bound_record_may_keep_its_values(shop):
    for sku in "ab":
        await shop.client.post("/products", json={"sku": sku})
    assert (await shop.client.patch("/products/1", json={"sku": "a"})).json() == "a"
    assert faults(await shop.client.patch("/products/1", json={"sku": "b"})) == [("/sku", "unique")]
    assert (await shop.client.patch("/products/9", json={"sku": "b"})).status_code == 404
    assert (await shop.client.patch("/products/x", json={"sku": "b"})).status_code == 422


async def test_resource_59_the_loser_of_a_race_is_answered_like_the_rule(shop):
    answers = await asyncio.gather(
        *(shop.client.post("/products", json={"sku": "a"}) for _ in range(20))
    )
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 19}
    assert len({answer.text for answer in answers if answer.status_code == 422}) == 1


async def test_resource_60_a_conflict_that_no_rule_explains_stays_one(shop):
    await shop.client.post("/products", json={"sku": "a"})
    answer = await shop.client.post("/products/1/copy", json={"name": "x"})
    assert (answer.status_code, answer.json()["columns"]) == (409, ["something"])


def test_the_document_has_the_body_and_the_key():
    app = FastTrackFramework()
    app.add_controller(Products)
    operation = app.openapi()["paths"]["/products/{product}"]["patch"]
    schema = operation["requestBody"]["content"]["application/json"]["schema"]
    assert schema == {"$ref": "#/components/schemas/CheckedIn"}
    (key,) = operation["parameters"]
    assert (key["name"], key["in"], key["schema"]["type"]) == ("product", "path", "integer")


@pytest.mark.parametrize("schema", [ProductIn, int, list[CheckedIn], Recursive])
def test_a_body_without_rules_is_not_checked(schema):
    with pytest.raises(TypeError, match=r"Checked\[...\] takes a schema with Exists or Unique"):
        _ = Checked[schema]


def test_a_bound_record_that_the_path_does_not_name_is_refused():
    app = FastTrackFramework()
    with pytest.raises(ValueError, match=r"'found' of show is the record of \{product\}, which"):

        @app.get("/products/{id}")
        async def show(id: int, found: Bound[Product]) -> None: ...  # noqa: A002


class Further(ResourceController[Product, CheckedIn, ProductOut]):
    prefix = "/further"

    async def storing(self, record, body) -> None:
        record.name = "x"

    @post("/own")
    async def own(self, body: CheckedIn) -> None: ...


def refused(app) -> str:
    with pytest.raises(InvalidRoutesError) as refusal:
        app.validate_injections()
    return str(refusal.value)


def test_resource_63_a_plain_body_with_rules_stops_the_start():
    app = FastTrackFramework()

    @app.post("/plain")
    async def plain(body: CheckedIn) -> None: ...

    @app.post("/many")
    async def many(lines: list[CheckedIn]) -> None: ...

    def read(body: CheckedIn) -> None: ...

    @app.post("/depending", dependencies=[Depends(read)])
    async def depending() -> None: ...

    text = refused(app)
    assert "4 checks" not in text
    for place, name in {"plain": "body", "many": "lines", "depending": "body"}.items():
        assert (
            f"POST /{place}:\nThe body '{name}' has the rules (`Exists`, `Unique`) of CheckedIn, "
            f"which a plain body does not check.\nWrite `{name}: Checked[CheckedIn]`, or "
            "`Unchecked[...]` if the handler checks them itself."
        ) in text


def test_resource_63_actions_check_their_bodies_and_other_routes_of_a_resource_do_not():
    app = FastTrackFramework(providers=[DatabaseProvider("sqlite+aiosqlite://")])
    app.add_controller(Further)
    assert refused(app).count("has the rules") == 1
    assert "POST /further/own" in refused(app)


async def test_resource_63_unchecked_bodies_are_taken_as_they_are(serve):
    app = FastTrackFramework()

    @app.post("/")
    async def show(body: Unchecked[CheckedIn], lines: Unchecked[list[CheckedIn]]) -> str:
        return f"{body.sku} {lines}"

    async with serve(app) as client:
        answer = await client.post("/", json={"body": {"sku": "a"}, "lines": []})
    assert (answer.status_code, answer.json()) == (200, "a []")


def test_rules_that_no_pydantic_can_check_are_not_looked_for(monkeypatch):
    app = FastTrackFramework()

    @app.post("/")
    async def show(body: CheckedIn) -> None: ...

    monkeypatch.setitem(sys.modules, "ftf.http.resources._plain_bodies", None)
    app.validate_injections()
    monkeypatch.delitem(sys.modules, "ftf.orm")
    app.validate_injections()
