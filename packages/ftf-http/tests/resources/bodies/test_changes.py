"""Changes of a part of a record: PATCH, a merge patch of JSON."""

import pytest
from catalogue import TEA, codes, product


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
