"""Rules in the schemas of resources: `Exists` and `Unique`."""

import asyncio
from collections import Counter
from decimal import Decimal
from typing import Annotated, Any, ClassVar

import pytest
from catalogue import Model, Product, ProductOut, Review, ReviewOut, Supplier, Tag
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import FastTrackFramework
from ftf.http.resources import MISSING, ResourceController
from ftf.orm import Exists, RuleViolation, Unique

SKU = Unique(Product.sku)
type TagId = Annotated[int, Exists(Tag.id)]


class CheckedIn(BaseModel):
    sku: Annotated[str, SKU]
    name: str = "x"
    price: Decimal = Decimal(1)
    supplier_id: Annotated[int | None, Exists(Supplier.id)] = None


class Checked(ResourceController[Product, CheckedIn, ProductOut]):
    prefix = "/checked"
    actions = ("index", "show", "store", "update", "replace", "destroy")


class Shelf(Model):
    __tablename__ = "lines"
    __table_args__ = (UniqueConstraint("product_id", "place"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[int]
    note: Mapped[str] = mapped_column(default="")
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped[Product] = relationship()


class LineIn(BaseModel):
    __rules__: ClassVar = (Unique(Shelf.product_id, Shelf.place),)
    place: int
    note: str = ""


class LineOut(BaseModel):
    id: int
    place: int


class Lines(ResourceController[Shelf, LineIn, LineOut]):
    prefix = "/products/{product}/lines"
    parent = Shelf.product


class Item(BaseModel):
    model_config = ConfigDict(alias_generator=lambda name: f"{name}_")
    tag: TagId
    further: "list[Item]" = []


class DeepIn(BaseModel):
    model_config = ConfigDict(alias_generator=lambda name: name.upper())
    stars: int = 1
    items: list[Item] = []
    ids: Annotated[list[int], Exists(Tag.id)] = []
    either: Item | TagId | None = None
    by_name: dict[str, TagId] = {}
    absent: TagId | MISSING = MISSING


class Deep(ResourceController[Review, DeepIn, ReviewOut]):
    prefix = "/deep"

    async def storing(self, record: Review, body: DeepIn) -> None:
        record.product_id = 1

    async def updating(self, record: Review, changes: Any) -> None: ...


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    for controller in (Checked, Lines, Deep):
        app.add_controller(controller)
    async with serving(app) as shop:
        yield shop


def faults(answer) -> list[tuple[str, str]]:
    assert answer.status_code == 422
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def test_resource_58_a_value_of_another_record_is_a_fault_and_one_s_own_is_not(shop):
    for sku in "ab":
        assert (await shop.client.post("/checked", json={"sku": sku})).status_code == 201
    assert faults(await shop.client.post("/checked", json={"sku": "a"})) == [("/sku", "unique")]
    assert faults(await shop.client.patch("/checked/2", json={"sku": "a"})) == [("/sku", "unique")]
    assert faults(await shop.client.put("/checked/2", json={"sku": "a"})) == [("/sku", "unique")]
    assert (await shop.client.patch("/checked/2", json={"sku": "b"})).status_code == 200
    assert (await shop.client.put("/checked/2", json={"sku": "b"})).status_code == 200


async def test_resource_55_all_rules_faults_are_in_one_answer_and_one_query_each(shop):
    await shop.client.post("/checked", json={"sku": "a"})
    shop.queries.clear()
    answer = await shop.client.post("/checked", json={"sku": "a", "supplier_id": 7})
    assert faults(answer) == [("/sku", "unique"), ("/supplier_id", "exists")]
    assert answer.json()["type"] == "/problems/validation"
    assert [each["in"] for each in answer.json()["errors"]] == ["body", "body"]
    assert len(shop.queries) == 2


async def test_resource_56_only_what_is_sent_is_asked_about(shop):
    await shop.save(Product(sku="a", name="A", price=1, supplier=Supplier(name="s")))
    shop.queries.clear()
    await shop.client.patch("/checked/1", json={"name": "B"})
    assert not [query for query in shop.queries if "EXISTS" in query or "DISTINCT" in query]


async def test_resource_61_rules_are_found_wherever_they_are(shop):
    await shop.save(Product(sku="a", name="A", price=1), Tag(name="t"))
    item = {"tag_": 1, "further_": [{"tag_": 2}]}
    answer = await shop.client.post(
        "/deep",
        json={
            "ITEMS": [{"tag_": 1}, item],
            "IDS": [1, 3],
            "EITHER": {"tag_": 4},
            "BY_NAME": {"a/b": 5, "c": 1},
        },
    )
    assert faults(answer) == [
        ("/ITEMS/1/further_/0/tag_", "exists"),
        ("/IDS/1", "exists"),
        ("/EITHER/tag_", "exists"),
        ("/BY_NAME/a~1b", "exists"),
    ]
    assert faults(await shop.client.post("/deep", json={"EITHER": 6})) == [("/EITHER", "exists")]
    assert faults(await shop.client.post("/deep", json={"ABSENT": 6})) == [("/ABSENT", "exists")]
    assert (await shop.client.post("/deep", json={"EITHER": 1})).status_code == 201


async def test_resource_62_a_value_that_no_column_holds_is_a_fault(shop):
    answer = await shop.client.post("/checked", json={"sku": "a", "supplier_id": 2**31})
    assert faults(answer) == [("/supplier_id", "exists")]


async def test_values_that_are_unique_together_are_completed_from_path_and_record(shop):
    await shop.save(*(Product(sku=sku, name="A", price=1) for sku in "ab"))
    for path, status in (("/products/1/lines", 201), ("/products/2/lines", 201)):
        assert (await shop.client.post(path, json={"place": 1})).status_code == status
    answer = await shop.client.post("/products/1/lines", json={"place": 1})
    assert faults(answer) == [("/place", "unique")]
    assert (await shop.client.post("/products/1/lines", json={"place": 2})).status_code == 201
    answer = await shop.client.patch("/products/1/lines/3", json={"place": 1})
    assert faults(answer) == [("/place", "unique")]
    assert (await shop.client.patch("/products/1/lines/3", json={"place": 3})).status_code == 200
    shop.queries.clear()
    assert (await shop.client.patch("/products/1/lines/3", json={"note": "x"})).status_code == 200
    assert not [query for query in shop.queries if "taken" in query]


@pytest.mark.parametrize("database_url", ["sqlite", "memory", "postgres"], indirect=True)
async def test_resource_59_of_forty_equal_requests_one_is_stored_and_the_others_answer_alike(shop):
    sent = {"sku": "a", "name": "Tea"}
    answers = await asyncio.gather(*(shop.client.post("/checked", json=sent) for _ in range(40)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 422: 39}
    refused = {answer.text for answer in answers if answer.status_code == 422}
    assert len(refused) == 1
    assert '"pointer":"/sku","code":"unique"' in refused.pop()
    assert (await shop.get("/checked")).json()["total"] == 1


async def test_resource_59_equal_changes_at_once_are_answered_alike(shop):
    for sku in "abcdef":
        await shop.client.post("/checked", json={"sku": sku})
    answers = await asyncio.gather(
        *(shop.client.patch(f"/checked/{n}", json={"sku": "x"}) for n in range(1, 7))
    )
    assert Counter(answer.status_code for answer in answers) == {200: 1, 422: 5}
    assert len({answer.text for answer in answers if answer.status_code == 422}) == 1


async def test_resource_60_what_another_request_did_meanwhile_is_explained_or_a_conflict(serving):
    class Late(Checked):
        async def storing(self, record: Product, body: CheckedIn) -> None:
            async with self.records.session.begin_nested():
                pass
            if body.name == "unexplained":
                record.supplier_id = 99
            elif body.name == "raised":
                raise RuleViolation([])

    app = FastTrackFramework()
    app.add_controller(Late)
    async with serving(app) as shop:
        answer = await shop.client.post("/checked", json={"sku": "a", "name": "unexplained"})
        assert (answer.status_code, answer.json()["type"]) == (409, "/problems/reference")
        answer = await shop.client.post("/checked", json={"sku": "a", "name": "raised"})
        assert (answer.status_code, answer.json()["errors"]) == (422, [])


async def test_resource_64_a_broken_rule_begins_no_transaction_of_writes(shop):
    await shop.client.post("/checked", json={"sku": "a"})
    async with shop.session() as session, session.begin():
        session.add(Product(sku="other", name="x", price=1))
        await session.flush()  # on SQLite, there is one writer
        answer = await shop.client.post("/checked", json={"sku": "a"})
        assert faults(answer) == [("/sku", "unique")]
        await session.rollback()


async def test_without_problem_details_a_broken_rule_is_a_text(serving):
    app = FastTrackFramework(problem_details=False)
    app.add_controller(Checked)
    async with serving(app) as shop:
        await shop.client.post("/checked", json={"sku": "a"})
        answer = await shop.client.post("/checked", json={"sku": "a"})
        assert (answer.status_code, answer.json()) == (
            422,
            {"detail": "/sku: is taken by another record"},
        )
        assert (await shop.client.get("/checked?x=1")).status_code == 422
