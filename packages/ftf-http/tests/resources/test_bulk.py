"""Many records at once: all of a batch is stored, or nothing of it."""

import json
from collections.abc import Mapping
from typing import Annotated

import pytest
from catalogue import Model
from fastapi import HTTPException
from notebook import Author, HeaderAuthor
from pydantic import BaseModel, Field
from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import FastTrackFramework
from ftf.http.auth import Policy, UserSource
from ftf.http.idempotency import add_idempotency_table, idempotent
from ftf.http.resources import ResourceController
from ftf.http.types import Line
from ftf.orm import QueryBuilder, Unique, Versioned

add_idempotency_table(Model.metadata)


class Shelf(Model):
    __tablename__ = "shelves"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(20), unique=True)


class Tin(Versioned, Model):
    __tablename__ = "tins"
    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    grams: Mapped[int] = mapped_column(default=0)
    owner: Mapped[str] = mapped_column(String(20), default="ada")
    shelf_id: Mapped[int] = mapped_column(ForeignKey("shelves.id"))
    shelf: Mapped[Shelf] = relationship()


class TinPolicy(Policy[Author]):
    def visible(self, user: Author, query: QueryBuilder[Tin]) -> QueryBuilder[Tin]:
        return query.within(Tin.owner == user.name)

    def create(self, user: Author) -> bool:
        return user.name != "reader"

    def update(self, user: Author, tin: Tin) -> bool:
        return tin.grams < 900

    def delete(self, user: Author, tin: Tin) -> bool:
        return tin.grams < 900


class TinIn(BaseModel):
    code: Annotated[Line, Unique(Tin.code)]
    grams: Annotated[int, Field(ge=0, le=5_000_000_000)] = 0


class TinOut(BaseModel):
    id: int
    code: str
    grams: int


class Tins(ResourceController[Tin, TinIn, TinOut]):
    prefix = "/shelves/{shelf}/tins"
    parent = Tin.shelf
    policy = TinPolicy
    actions = ("index", "show", "store_many", "update_many", "update", "destroy_many")
    idempotency = idempotent(caller=lambda connection: connection.headers.get("x-user", ""))

    async def storing(self, record: Tin, body: TinIn) -> None:
        if record.code == "eve":
            record.owner = "eve"

    async def updated(self, record: Tin, changes: Mapping[str, object]) -> None:
        if record.code == "odd":
            raise HTTPException(418)

    async def destroyed(self, record: Tin) -> None:
        if record.code == "stuck":
            raise HTTPException(418)


ADA = {"x-user": "ada"}


@pytest.fixture
async def shop(serving):
    """A shelf without tins."""
    app = FastTrackFramework()
    app.register(UserSource[Author], HeaderAuthor, scope="scoped")
    app.add_policy(Tin, TinPolicy)
    app.add_controller(Tins)
    async with serving(app) as shop:
        await shop.save(Shelf(name="top"))
        yield shop


def codes(answer) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]


async def send(shop, method: str, path: str, body: object, headers: dict[str, str] = ADA):
    shop.queries.clear()
    return await shop.client.request(method, f"/shelves/1/tins/{path}", json=body, headers=headers)


async def stored(shop) -> list[tuple[str, int]]:
    answer = await shop.client.get("/shelves/1/tins?per_page=100", headers=ADA)
    return [(each["code"], each["grams"]) for each in answer.json()["items"]]


def tins(number: int) -> list[dict[str, object]]:
    return [{"code": f"c{each}", "grams": each} for each in range(number)]


async def test_resource_85_a_batch_of_one_and_of_a_hundred_is_stored_in_its_order(shop):
    one = await send(shop, "POST", "batch", [{"code": "first"}])
    assert (one.status_code, one.json()) == (201, [{"id": 1, "code": "first", "grams": 0}])
    many = await send(shop, "POST", "batch", tins(100))
    assert many.status_code == 201
    assert [each["code"] for each in many.json()] == [f"c{each}" for each in range(100)]
    selects = [query for query in shop.queries if query.startswith("SELECT") and "tins" in query]
    assert len(selects) == 2  # the rule, and the answer


@pytest.mark.parametrize("path", ["batch", "batch-delete"])
async def test_resource_85_a_batch_of_none_and_of_more_than_a_hundred_is_refused(shop, path):
    item = {"code": "c"} if path == "batch" else 1
    for number, code in ((0, "too_short"), (101, "too_long")):
        answer = await send(shop, "POST", path, [item] * number)
        assert (answer.status_code, codes(answer)) == (422, [("", code)])


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        ({"code": "c0"}, ("/3/code", "unique")),
        ({"code": "taken"}, ("/3/code", "unique")),
        ({"code": ""}, ("/3/code", "string_too_short")),
        ({"code": "x", "grams": 4_000_000_000}, ("/3/grams", "not_storable")),
    ],
)
async def test_resource_85_a_fault_in_one_item_has_its_place_and_nothing_is_stored(
    shop, item, fault
):
    await send(shop, "POST", "batch", [{"code": "taken"}])
    answer = await send(shop, "POST", "batch", [*tins(3), item])
    if fault[1] == "not_storable" and shop.engine.dialect.name == "sqlite":
        assert answer.status_code == 201  # SQLite stores integers of 64 bits
        return
    assert (answer.status_code, codes(answer)) == (422, [fault])
    assert await stored(shop) == [("taken", 0)]


async def test_what_the_user_would_not_see_is_not_stored_nor_what_is_around_it(shop):
    answer = await send(shop, "POST", "batch", [{"code": "mine"}, {"code": "eve"}])
    assert answer.status_code == 404
    assert await stored(shop) == []


async def test_the_policy_is_asked_before_the_body_and_about_each_record(shop):
    for user, status in (("", 401), ("reader", 403)):
        headers = {"x-user": user} if user else {}
        answer = await send(shop, "POST", "batch", "no list", headers)
        assert answer.status_code == status
    await send(shop, "POST", "batch", [{"code": "a"}, {"code": "b", "grams": 900}])
    for method, path, body in (
        ("PATCH", "batch", [{"id": 1, "grams": 1}, {"id": 2, "grams": 1}]),
        ("POST", "batch-delete", [1, 2]),
    ):
        assert (await send(shop, method, path, body)).status_code == 403
    assert await stored(shop) == [("a", 0), ("b", 900)]


async def test_a_batch_of_changes_changes_what_is_sent(shop):
    await send(shop, "POST", "batch", tins(3))
    changes = [{"id": 3, "code": "new"}, {"id": 1, "grams": 7}, {"id": 2}]
    answer = await send(shop, "PATCH", "batch", changes)
    assert answer.status_code == 200
    assert [(each["id"], each["code"], each["grams"]) for each in answer.json()] == [
        (3, "new", 2),
        (1, "c0", 7),
        (2, "c1", 1),
    ]
    swapped = await send(shop, "PATCH", "batch", [{"id": 1, "code": "c0"}])
    assert swapped.status_code == 200  # its own value is not taken by another


async def test_resource_85_a_change_that_fails_has_its_place_and_nothing_is_changed(shop):
    await send(shop, "POST", "batch", tins(3))
    before = await stored(shop)
    for second, fault in (
        ({"id": 1, "grams": 2}, ("/1/id", "repeated")),
        ({"id": 99, "grams": 2}, ("/1/id", "exists")),
        ({"id": 2, "code": "c2"}, ("/1/code", "unique")),
        ({"id": 2, "code": None}, ("/1/code", "string_type")),
        ({"grams": 2}, ("/1/id", "missing")),
        ({"id": 2, "owner": "eve"}, ("/1/owner", "extra_forbidden")),
    ):
        answer = await send(shop, "PATCH", "batch", [{"id": 1, "grams": 5}, second])
        assert (answer.status_code, codes(answer)) == (422, [fault])
    odd = await send(shop, "PATCH", "batch", [{"id": 1, "grams": 5}, {"id": 2, "code": "odd"}])
    assert odd.status_code == 418
    assert await stored(shop) == before


async def test_resource_85_missing_and_invisible_records_of_a_batch_are_answered_alike(shop):
    await send(shop, "POST", "batch", tins(1))
    await shop.save(Tin(code="hers", owner="eve", shelf_id=1))
    for method, path, body in (("PATCH", "batch", {"grams": 1}), ("POST", "batch-delete", None)):
        items = [key if body is None else {"id": key, **body} for key in (2, 99)]
        answer = await send(shop, method, path, items)
        place = "" if body is None else "/id"
        assert codes(answer) == [(f"/0{place}", "exists"), (f"/1{place}", "exists")]


async def test_a_batch_of_deletes_deletes_all_or_nothing(shop):
    await send(shop, "POST", "batch", [*tins(2), {"code": "stuck"}])
    assert (await send(shop, "POST", "batch-delete", [1, 3])).status_code == 418
    assert len(await stored(shop)) == 3
    assert codes(await send(shop, "POST", "batch-delete", [1, 1])) == [("/1", "repeated")]
    answer = await send(shop, "POST", "batch-delete", [2, 1])
    assert (answer.status_code, answer.content) == (204, b"")
    assert [code for code, _ in await stored(shop)] == ["stuck"]


async def test_a_batch_with_a_key_is_stored_once(shop):
    headers = {**ADA, "idempotency-key": "k"}
    first, second = [await send(shop, "POST", "batch", tins(2), headers) for _ in range(2)]
    assert (first.status_code, second.content) == (201, first.content)
    assert len(await stored(shop)) == 2


async def test_the_document_shows_batches_of_bounded_length(shop):
    document = (await shop.client.get("/openapi.json")).json()
    path = document["paths"]["/shelves/{shelf}/tins/batch"]
    body = path["patch"]["requestBody"]["content"]["application/json"]["schema"]
    assert (body["minItems"], body["maxItems"]) == (1, 100)
    item = document["components"]["schemas"][body["items"]["$ref"].rpartition("/")[2]]
    assert item["required"] == ["id"]
    keys = document["paths"]["/shelves/{shelf}/tins/batch-delete"]["post"]["requestBody"]
    assert keys["content"]["application/json"]["schema"]["items"]["type"] == "integer"


async def test_a_batch_of_changes_has_no_precondition():
    class Strict(Tins):
        require_match = True

    with pytest.raises(ValueError, match="destroy_many has one header for many records"):
        FastTrackFramework().add_controller(Strict)


HOSTILE = [
    *(None, {}, "x", 1, [None], [[1]], ["x"], [{}], [True], [1.5], [2**70], ["1"]),
    *([{"id": each, "code": "q"}] for each in ("1", True, 1.5, 2**70, -1, None, [1], {})),
    *([{"code": each}] for each in (None, 1, {}, [], "\ud800")),
]


@pytest.mark.parametrize(
    ("method", "path"), [("POST", "batch"), ("PATCH", "batch"), ("POST", "batch-delete")]
)
async def test_resource_3_hostile_batches_are_answered_by_faults(shop, method, path):
    for body in HOSTILE:
        answer = await shop.client.request(
            method,
            f"/shelves/1/tins/{path}",
            content=json.dumps(body),
            headers={**ADA, "content-type": "application/json"},
        )
        is_new = path == "batch" and method == "POST" and body and "code" in str(body)
        allowed = {201, 422} if is_new else {422}
        assert answer.status_code in allowed, (body, answer.text)
        assert answer.status_code == 201 or codes(answer)
