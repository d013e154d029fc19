"""The lists of resources: what is asked of them, and what an answer loads."""

import re
from typing import Annotated

import pytest
from catalogue import (
    Country,
    Product,
    Products,
    Review,
    Supplier,
    Tag,
    codes,
    product,
)
from fastapi import Query

from ftf.http import FastTrackFramework
from ftf.orm import FilterSet


async def test_the_list_is_filtered_sorted_searched_and_paged(shop):
    tags = [Tag(name="new"), Tag(name="old")]
    await shop.save(*(product(n, stock=n % 2, tags=tags[: n % 3]) for n in range(1, 6)))

    async def skus(**params: object) -> list[str]:
        answer = await shop.get("/products", **params)
        return [item["sku"] for item in answer.json()["items"]]

    assert await skus(price__gte="4") == ["S4", "S5"]
    assert await skus(sort="-price", per_page=2) == ["S5", "S4"]
    assert await skus(tag__in="old") == ["S2", "S5"]
    assert await skus(sold_out="true") == ["S2", "S4"]
    assert await skus(q="s3") == ["S3"]
    answer = await shop.get("/products", page=2, per_page=2, price__gte="2")
    assert answer.json()["total"] == 4
    assert answer.headers["link"].startswith("<?per_page=2&price__gte=2&page=1>")


async def test_resource_1_unknown_parameters_are_refused_without_a_query(shop):
    for path in ("/products", "/products/1"):
        for name in ("nmae", "Price__gte", "price__GTE", "price__gte__x", ""):
            answer = await shop.client.get(f"{path}?{name}=1")
            assert codes(answer) == [(f"/{name}", "unknown_parameter")]
            allowed = answer.json()["errors"][0]["allowed"]
            assert allowed == (["include"] if path.endswith("1") else list(documented(shop)))
            assert answer.json()["errors"][0]["in"] == "query"
    assert shop.queries == []


def documented(shop) -> dict[str, dict[str, object]]:
    operation = shop.app.openapi()["paths"]["/products"]["get"]
    return {each["name"]: each for each in operation["parameters"]}


async def test_resource_2_each_documented_parameter_is_taken(shop):
    values = {
        "price__gte": "1",
        "price__lte": "1.50",
        "name__contains": "tea",
        "kind__in": "gift",
        "tag__in": "new",
        "sold_out": "false",
        "q": "tea",
        "sort": "-name,price",
        "include": "supplier,reviews",
        "page": "1",
        "per_page": "100",
    }
    assert values.keys() == documented(shop).keys()
    for name, value in values.items():
        assert (await shop.get("/products", **{name: value})).status_code == 200
    operation = shop.app.openapi()["paths"]["/products"]["get"]
    problem = {"$ref": "#/components/schemas/ValidationProblem"}
    content = operation["responses"]["422"]["content"]
    assert content == {"application/problem+json": {"schema": problem}}


async def test_resource_29_a_parameter_that_the_route_declares_is_allowed(serving):
    class Debugged(Products):
        async def index(self, asked, debug: Annotated[bool, Query()] = False):  # noqa: FBT002
            page = await super().index(asked)
            return page.map(lambda out: out.model_copy(update={"sku": "x"})) if debug else page

    app = FastTrackFramework()
    app.add_controller(Debugged)
    async with serving(app) as shop:
        await shop.save(product())
        answer = await shop.get("/products", debug="true", price__gte="1")
        assert answer.json()["items"][0]["sku"] == "x"
        assert (await shop.get("/products", debugg="true")).status_code == 422


async def test_resource_36_one_and_many_records_cost_the_same_number_of_queries(shop):
    for path, params, expected in (
        ("/products", {}, 3),  # the records with the count, their tags, what a property needs
        ("/products", {"include": "supplier"}, 4),  # and the suppliers' countries
        ("/products", {"include": "reviews,supplier"}, 5),
        ("/products/{}", {"include": "reviews,supplier"}, 5),
    ):
        counts = []
        for many in (1, 12):
            async with shop.engine.begin() as connection:
                for table in reversed(Product.metadata.sorted_tables):
                    await connection.execute(table.delete())
            supplier = Supplier(name="Ada", country=Country(code="gb", name="Britain"))
            made = [
                product(n, supplier=supplier, tags=[Tag(name="t")], reviews=[Review(stars=n % 5)])
                for n in range(many)
            ]
            await shop.save(*made)
            answer = await shop.get(path.format(made[0].id), **params)
            assert answer.status_code == 200
            counts.append(len(shop.queries))
        assert counts == [expected, expected]


async def test_resource_37_null_absent_and_empty_are_three_things(shop):
    await shop.save(product())
    plain = (await shop.get("/products/1")).json()
    included = (await shop.get("/products/1", include="supplier,reviews")).json()
    assert "supplier" not in plain
    assert "reviews" not in plain
    assert (included["supplier"], included["reviews"]) == (None, [])


async def test_resource_38_a_limited_include_is_not_the_record_s_collection(shop):
    stars = {1: [], 2: [3, 5], 3: [4, 4, 1]}
    await shop.save(
        *(product(n, reviews=[Review(stars=s) for s in found]) for n, found in stars.items())
    )
    answer = await shop.get("/products", include="reviews", sort="price")
    found = [[each["stars"] for each in item["reviews"]] for item in answer.json()["items"]]
    assert found == [[], [5, 3], [4, 4]]
    assert [item["reviewsCount"] for item in answer.json()["items"]] == [0, 2, 3]


async def test_resource_42_deleted_children_do_not_count(shop):
    await shop.save(product(reviews=[Review(stars=1), Review(stars=2)], tags=[Tag(name="a")] * 1))
    await shop.client.delete("/products/1/reviews/1")
    assert (await shop.get("/products/1", include="reviews")).json()["reviewsCount"] == 1


@pytest.mark.parametrize("paging", ["simple", "cursor"])
async def test_resource_33_other_pages_count_nothing_and_lead_to_each_record_once(serving, paging):
    class Cut(Products):
        prefix = "/cut"
        filters = FilterSet(Product, sorts=(Product.price,), paging=paging, per_page=2)

    app = FastTrackFramework()
    app.add_controller(Cut)
    async with serving(app) as shop:
        await shop.save(*(product(n, price=n % 2) for n in range(1, 6)))
        seen, target = [], "/cut?sort=-price"
        while target:
            answer = await shop.get(target)
            assert not [query for query in shop.queries if query.startswith("SELECT count(")]
            seen += [item["sku"] for item in answer.json()["items"]]
            links = re.findall(r'<([^>]*)>; rel="next"', answer.headers["link"])
            target = str(answer.url.join(links[0])) if links else ""
        assert ({*seen[:3]}, {*seen[3:]}) == ({"S1", "S3", "S5"}, {"S2", "S4"})
        if paging == "cursor":
            assert (await shop.get("/cut", cursor="x")).status_code == 400
