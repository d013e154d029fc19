"""The actions of a resource: list, show, store, update, replace, destroy."""

from catalogue import TEA, Product, ProductIn, ProductOut, Products, Review, codes, product
from pydantic import ConfigDict

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController


async def test_a_stored_record_is_shown_and_found_at_its_location(shop):
    answer = await shop.client.post("/products", json=TEA)
    assert (answer.status_code, answer.headers["location"]) == (201, "products/1")
    shown = answer.json()
    assert (shown["sku"], shown["price"], shown["reviewsCount"]) == ("TEA", "4.50", 0)
    location = answer.url.join(answer.headers["location"])
    assert (await shop.client.get(location)).json() == shown
    assert "cost" not in shown
    assert "supplier" not in shown


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


async def test_resource_54_every_action_respects_the_scope(shop):
    await shop.save(product(1, hidden=True))
    assert (await shop.get("/products")).json()["total"] == 0
    for method in ("GET", "PATCH", "DELETE"):
        body = {} if method == "PATCH" else None
        assert (await shop.client.request(method, "/products/1", json=body)).status_code == 404


async def test_a_path_of_the_subclass_is_served_beside_the_actions(shop):
    await shop.save(product())
    assert (await shop.get("/products/export")).json() == ["S1"]
