"""The actions of a resource: list, show, store, update, replace, destroy."""

import re
from typing import Annotated

import pytest
from catalogue import Country, Product, ProductIn, ProductOut, Products, Review, Supplier, Tag
from fastapi import Query
from pydantic import ConfigDict

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import FilterSet

TEA = {"sku": "tea", "name": "Green tea", "price": "4.50"}


def product(number: int = 1, **values: object) -> Product:
    return Product(**{"sku": f"S{number}", "name": f"N{number}", "price": number, **values})


def codes(answer) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_a_stored_record_is_shown_and_found_at_its_location(shop):
    answer = await shop.client.post("/products", json=TEA)
    assert (answer.status_code, answer.headers["location"]) == (201, "products/1")
    shown = answer.json()
    assert (shown["sku"], shown["price"], shown["reviewsCount"]) == ("TEA", "4.50", 0)
    location = answer.url.join(answer.headers["location"])
    assert (await shop.client.get(location)).json() == shown
    assert "cost" not in shown
    assert "supplier" not in shown


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


async def test_resource_41_aliases_are_written_and_named(serving):
    class CamelIn(ProductIn):
        model_config = ConfigDict(alias_generator=lambda name: f"x{name.title().replace('_', '')}")

    class Camels(ResourceController[Product, CamelIn, ProductOut]):
        prefix = "/camels"

    app = FastTrackFramework()
    app.add_controller(Camels)
    async with serving(app) as shop:
        sent = {"xSku": "a", "xName": "A", "xPrice": "1"}
        answer = await shop.client.post("/camels", json=sent)
        assert (answer.status_code, answer.json()["reviewsCount"]) == (201, 0)
        answer = await shop.client.post("/camels", json=sent | {"xPrice": "-1"})
        assert codes(answer) == [("/xPrice", "greater_than_equal")]
        assert (await shop.client.patch("/camels/1", json={"xPrice": 2})).json()["price"] == "2.00"
        answer = await shop.client.patch("/camels/1", json={"xSupplierId": 0})
        assert codes(answer) == [("/xSupplierId", "greater_than_equal")]


async def test_resource_42_deleted_children_do_not_count(shop):
    await shop.save(product(reviews=[Review(stars=1), Review(stars=2)], tags=[Tag(name="a")] * 1))
    await shop.client.delete("/products/1/reviews/1")
    assert (await shop.get("/products/1", include="reviews")).json()["reviewsCount"] == 1


async def test_resource_67_nothing_sent_and_nothing_changed_are_no_update(shop):
    await shop.client.post("/products", json=TEA)
    for change in ({}, {"name": "Green tea"}, {"sku": "tea"}):
        shop.queries.clear()
        answer = await shop.client.patch("/products/1", json=change)
        assert answer.status_code == 200
        assert not [query for query in shop.queries if query.startswith("UPDATE")]


async def test_resource_68_what_may_not_be_null_or_written_is_422(shop):
    await shop.client.post("/products", json=TEA | {"size": {"width": 1, "height": 2}})
    for change, code in (
        ({"name": None}, "string_type"),
        ({"id": 2}, "extra_forbidden"),
        ({"createdAt": "2026-01-01"}, "extra_forbidden"),
        ({"hidden": True}, "extra_forbidden"),
        ({"stock": "many"}, "int_parsing"),
    ):
        answer = await shop.client.patch("/products/1", json=change)
        (found,) = codes(answer)
        assert found == (f"/{next(iter(change))}", code)
    answer = await shop.client.patch("/products/1", json={"size": None})
    assert answer.json()["size"] is None


async def test_resource_69_a_validator_of_the_whole_sees_what_is_stored(shop):
    await shop.client.post("/products", json=TEA)
    answer = await shop.client.patch("/products/1", json={"kind": "gift"})
    assert codes(answer) == [("", "value_error")]
    answer = await shop.client.patch("/products/1", json={"kind": "gift", "price": 0})
    assert (answer.json()["kind"], answer.json()["price"]) == ("gift", "0.00")


async def test_resource_70_what_is_sent_is_normalised_and_what_is_stored_may_be_of_old(shop):
    await shop.save(product(sku="low", stock=5_000))
    answer = await shop.client.patch("/products/1", json={"name": " Tea "})
    assert (answer.json()["name"], answer.json()["sku"]) == ("Tea", "low")
    answer = await shop.client.patch("/products/1", json={"stock": 5_000})
    assert codes(answer) == [("/stock", "less_than_equal")]
    answer = await shop.client.patch("/products/1", json={"sku": "new", "stock": 1})
    assert (answer.json()["sku"], answer.json()["stock"]) == ("NEW", 1)


async def test_resource_71_nested_objects_are_merged(shop):
    size = {"width": 1, "height": 2, "unit": "cm"}
    await shop.client.post("/products", json=TEA | {"size": size})
    answer = await shop.client.patch("/products/1", json={"size": {"width": 3}})
    assert answer.json()["size"] == {"width": 3, "height": 2, "unit": "cm"}
    answer = await shop.client.patch("/products/1", json={"size": {"unit": None}})
    assert answer.json()["size"] == {"width": 3, "height": 2, "unit": None}
    answer = await shop.client.patch("/products/1", json={"size": {"width": "x", "depth": 1}})
    assert {pointer for pointer, _ in codes(answer)} == {"/size/width", "/size/depth"}


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"[]", "application/json", 422),
        (b'"x"', "application/json", 422),
        (b"7", "application/json", 422),
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b'{"name": "x"}', "text/plain", 422),
        (b'{"name": "x"}', "application/merge-patch+json", 200),
    ],
)
async def test_resource_73_a_body_that_is_no_object_is_refused(shop, content, kind, status):
    await shop.client.post("/products", json=TEA)
    answer = await shop.client.patch("/products/1", content=content, headers={"content-type": kind})
    assert answer.status_code == status
    if status == 422:
        assert answer.json()["errors"][0]["pointer"] == ""


async def test_resource_74_hooks_run_in_the_transaction(serving):
    class Hooked(Products):
        prefix = "/hooked"

        async def storing(self, record, body) -> None:
            record.cost = body.price / 2

        async def stored(self, record, body) -> None:
            if body.name == "Bad":
                raise LookupError(record.id)

        async def updating(self, record, changes) -> None:
            if "stock" in changes:
                record.sku = "TAKEN"

        async def updated(self, record, changes) -> None:
            if changes.get("name") == "Bad":
                raise LookupError

        async def destroyed(self, record) -> None:
            if record.sku == "TAKEN":
                raise LookupError

    app = FastTrackFramework()
    app.add_controller(Hooked)
    app.map_error(LookupError, 409)
    async with serving(app) as shop:
        await shop.save(product(sku="TAKEN"))
        assert (await shop.client.post("/hooked", json=TEA)).status_code == 201
        assert (
            await shop.client.post("/hooked", json=TEA | {"name": "Bad", "sku": "b"})
        ).status_code == 409
        assert (await shop.client.patch("/hooked/2", json={"name": "Bad"})).status_code == 409
        answer = await shop.client.patch("/hooked/2", json={"stock": 1})
        assert (answer.status_code, answer.json()["columns"]) == (409, ["sku"])
        assert (await shop.client.delete("/hooked/1")).status_code == 409
        assert (await shop.get("/hooked")).json()["total"] == 2
        assert (await shop.get("/hooked/2")).json()["name"] == "Green tea"
        async with shop.session() as session:
            assert (await session.get(Product, 2)).cost == 2.25


async def test_resource_76_what_is_referred_to_stays_and_a_second_delete_is_404(shop):
    await shop.save(product(1, reviews=[Review(stars=1)]), product(2))
    answer = await shop.client.delete("/products/1")
    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/reference")
    assert (await shop.client.delete("/products/2")).status_code == 204
    assert (await shop.client.delete("/products/2")).status_code == 404
    assert (await shop.client.delete("/products/1/reviews/1")).status_code == 204
    for answer in (
        await shop.client.get("/products/1/reviews/1"),
        await shop.client.patch("/products/1/reviews/1", json={"stars": 2}),
        await shop.client.delete("/products/1/reviews/1"),
    ):
        assert answer.status_code == 404


async def test_resource_77_a_child_is_found_in_its_parent_alone(shop):
    await shop.save(product(1, reviews=[Review(stars=1)]), product(2), product(3, hidden=True))
    missing = {"detail": "Review not found"}
    for path in ("/products/2/reviews/1", "/products/9/reviews/1", "/products/3/reviews/1"):
        for method in ("GET", "DELETE", "PUT", "PATCH"):
            body = None if method in {"GET", "DELETE"} else {"stars": 1}
            answer = await shop.client.request(method, path, json=body)
            assert (answer.status_code, answer.json() | missing) == (404, answer.json())
    for path in ("/products/9/reviews", "/products/3/reviews", "/products/9/reviews/best"):
        assert (await shop.client.get(path)).json() | missing == answer.json()
        assert (await shop.client.post("/products/9/reviews", json={"stars": 1})).status_code == 404
    answer = await shop.client.post("/products/2/reviews", json={"stars": 2})
    assert (answer.status_code, answer.headers["location"]) == (201, "reviews/2")
    assert (await shop.get("/products/1/reviews")).json()["total"] == 1
    assert (await shop.get("/products/2/reviews")).json()["items"] == [answer.json()]
    assert (await shop.get("/products/2/reviews/best")).json() == "best of 2"
    operation = shop.app.openapi()["paths"]["/products/{product}/reviews/best"]["get"]
    assert [each["name"] for each in operation["parameters"]] == ["product"]


async def test_replacing_resets_what_is_not_sent(shop):
    await shop.save(product(1, reviews=[Review(stars=1, text="bad")]))
    answer = await shop.client.put("/products/1/reviews/1", json={"stars": 5})
    assert answer.json() == {"id": 1, "stars": 5, "text": ""}
    refused = await shop.client.put("/products/1", json=TEA)
    assert (refused.status_code, refused.headers["allow"]) == (405, "DELETE, GET, PATCH")


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


async def test_resource_54_every_action_respects_the_scope(shop):
    await shop.save(product(1, hidden=True))
    assert (await shop.get("/products")).json()["total"] == 0
    for method in ("GET", "PATCH", "DELETE"):
        body = {} if method == "PATCH" else None
        assert (await shop.client.request(method, "/products/1", json=body)).status_code == 404


async def test_a_path_of_the_subclass_is_served_beside_the_actions(shop):
    await shop.save(product())
    assert (await shop.get("/products/export")).json() == ["S1"]
