"""Fields of an answer that only some users see."""

import types
from decimal import Decimal
from typing import Annotated

import pytest
from catalogue import Product, ProductIn, Review, ReviewOut, Supplier, SupplierOut
from notebook import Author, HeaderAuthor
from pydantic import BaseModel

from ftf.http import FastTrackFramework
from ftf.http.auth import Policy, UserSource
from ftf.http.resources import MISSING, Count, Projection, ResourceController, When
from ftf.orm import Filter, FilterSet, Include, QueryBuilder


class ProductPolicy(Policy[Author]):
    def __init__(self, log: list[str]) -> None:
        self.log = log

    def visible(self, user: Author | None, query: QueryBuilder[Product]) -> QueryBuilder[Product]:
        return query

    def costs(self, user: Author) -> bool:
        self.log.append("costs")
        return user.name == "ada"


class Priced(BaseModel):
    id: int
    cost: Annotated[Decimal | MISSING, When(ProductPolicy.costs)] = MISSING
    reviews_count: Annotated[int | MISSING, Count(Product.reviews), When(ProductPolicy.costs)] = (
        MISSING
    )
    supplier: Annotated[SupplierOut | MISSING | None, When(ProductPolicy.costs)] = MISSING
    reviews: Annotated[list[ReviewOut] | MISSING, When(ProductPolicy.costs)] = MISSING


class Priceds(ResourceController[Product, ProductIn, Priced]):
    prefix = "/priced"
    actions = ("index", "show")
    policy = ProductPolicy
    filters = FilterSet(
        Product, includes=(Include(Product.supplier), Include(Product.reviews, limit=2))
    )


@pytest.fixture
async def shop(serving, log):
    app = FastTrackFramework()
    app.register(UserSource[Author], HeaderAuthor, scope="scoped")
    app.instance(list[str], log)
    app.add_policy(Product, ProductPolicy)
    app.add_controller(Priceds)
    async with serving(app) as shop:
        supplier = Supplier(name="s")
        for number in (1, 2):
            reviews = [Review(stars=number)]
            product = Product(sku=f"s{number}", name="x", price=1, cost=5, reviews=reviews)
            product.supplier = supplier
            await shop.save(product)
        yield shop


async def test_resource_43_fields_are_there_for_those_who_may_see_them(shop, log):
    path = "/priced?include=supplier,reviews"
    listed = await shop.client.get(path, headers={"x-user": "ada"})
    (first, _) = listed.json()["items"]
    assert (first["cost"], first["reviews_count"], first["supplier"]["name"]) == ("5.00", 1, "s")
    assert [each["stars"] for each in first["reviews"]] == [1]
    assert log == ["costs"]  # once, not for each field or record
    shown = await shop.client.get("/priced/1", headers={"x-user": "ada"})
    assert [*shown.json()] == ["id", "cost", "reviews_count"]


async def test_resource_43_they_are_absent_and_not_loaded_for_the_others(shop):
    for headers in ({}, {"x-user": "eve"}):
        shop.queries.clear()
        path = "/priced?include=supplier,reviews"
        listed = await shop.client.get(path, headers=headers)
        assert listed.json()["items"] == [{"id": 1}, {"id": 2}]
        assert not [query for query in shop.queries if "supplier" in query.partition("FROM")[2]]
        assert (await shop.client.get("/priced/1", headers=headers)).json() == {"id": 1}
    schema = (await shop.client.get("/openapi.json")).json()["components"]["schemas"]["Priced"]
    assert schema["required"] == ["id"]


def test_resource_43_by_hand_nothing_is_shown_unless_a_gate_was_asked():
    product = Product(id=1, cost=Decimal(5), supplier=None, reviews=[])
    assert Projection(Product, Priced)(product).model_dump() == {"id": 1}


async def test_resource_43_a_projection_of_columns_alone_asks_nothing():
    class Named(BaseModel):
        name: str

    projection = Projection(Supplier, Named)
    assert await projection.seen_by(None, None) is projection


class Required(BaseModel):
    cost: Annotated[Decimal, When(ProductPolicy.costs)]


class Defaulted(BaseModel):
    cost: Annotated[Decimal, When(ProductPolicy.costs)] = Decimal(0)


class Outer(BaseModel):
    class Inner(BaseModel):
        name: Annotated[str | MISSING, When(ProductPolicy.costs)] = MISSING

    supplier: Inner | None


def resource(answer, **attributes):
    closed = ResourceController[Product, ProductIn, answer]
    body = {"prefix": "/x", "policy": ProductPolicy, "actions": ("index",)} | attributes
    return types.new_class("Wrong", (closed,), {}, lambda names: names.update(body))


@pytest.mark.parametrize(
    ("answer", "attributes", "match"),
    [
        (Required, {}, r"Required.cost may be left out: write `Annotated\[... \| MISSING, When"),
        (Defaulted, {}, r"Defaulted.cost may be left out"),
        (Outer, {}, "Inner.name has a When in a schema within Outer: only the outermost"),
        (Priced, {"policy": None}, "Priced has fields with a When, and Wrong has no policy"),
        (
            Priced,
            {"filters": FilterSet(Product, Filter(Product.cost))},
            "'cost' is about Product.cost, which Priced does not show",
        ),
    ],
)
def test_resource_43_conditions_that_cannot_hold_are_refused(answer, attributes, match):
    with pytest.raises((TypeError, ValueError), match=match):
        FastTrackFramework().add_controller(resource(answer, **attributes))
