"""`ETag`, `If-Match` and `If-None-Match` of resources whose records have versions."""

import asyncio
from collections import Counter

import pytest
from catalogue import Product, Products
from notebook import Note, NoteOut
from pydantic import BaseModel

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController


class NoteIn(BaseModel):
    text: str


class Notes(ResourceController[Note, NoteIn, NoteOut]):
    prefix = "/notes"
    actions = ("index", "show", "store", "update", "replace", "destroy")


class Careful(Notes):
    prefix = "/careful"
    require_match = True


class BookOut(BaseModel):
    owner: str


class WithBook(BaseModel):
    id: int
    notebook: BookOut | None


class Related(ResourceController[Note, NoteIn, WithBook]):
    prefix = "/related"


class Slow(ResourceController[Note, NoteIn, NoteOut]):
    """Another request changes a record between its check and its write."""

    prefix = "/slow"

    async def updating(self, record, changes) -> None:
        await self._overtaken(record)

    async def destroying(self, record) -> None:
        await self._overtaken(record)

    async def _overtaken(self, record) -> None:
        table = Note.__table__
        with self.records.session.no_autoflush:
            await self.records.session.execute(
                table.update().where(table.c.id == record.id).values(version=5)
            )


@pytest.fixture
async def shop(serving):
    app = FastTrackFramework()
    for controller in (Notes, Careful, Related, Slow, Products):
        app.add_controller(controller)
    async with serving(app) as shop:
        await shop.save(Note(id=100, text="first"))
        yield shop


async def test_resource_80_each_answer_has_the_tag_of_the_next_read(shop):
    created = await shop.client.post("/notes", json={"text": "new"})
    at = f"/{created.headers['location']}"
    assert created.headers["etag"] == (await shop.client.get(at)).headers["etag"] == '"1"'
    for method in ("PATCH", "PUT"):
        changed = await shop.client.request(method, at, json={"text": f"by {method}"})
        assert changed.headers["etag"] == (await shop.client.get(at)).headers["etag"]
    assert changed.headers["etag"] == '"3"'
    assert "etag" not in (await shop.client.get("/notes")).headers
    assert "etag" not in (await shop.client.get("/products")).headers


@pytest.mark.parametrize(
    ("values", "status"),
    [
        (['"1"'], 200),
        (['"2"'], 412),
        (['W/"1"'], 412),
        (['"7", "1"'], 200),
        (['"7"', '"1"'], 200),
        ([' "7" ,, "1" ,'], 200),
        (["*"], 200),
        (["1"], 400),
        ([""], 400),
        (['"1" "2"'], 400),
        (['"' + "1" * 1000 + '"'], 400),
    ],
)
async def test_resource_79_if_match_names_the_version_that_is_changed(shop, values, status):
    headers = [("if-match", value) for value in values]
    answer = await shop.client.patch("/notes/100", json={"text": "x"}, headers=headers)
    assert answer.status_code == status
    text = "x" if status == 200 else "first"
    assert (await shop.client.get("/notes/100")).json()["text"] == text
    if status == 412:
        assert answer.json()["type"] == "/problems/precondition-failed"


async def test_resource_79_every_change_asks_and_records_without_versions_refuse(shop):
    wrong = {"if-match": '"9"'}
    for method in ("PATCH", "PUT", "DELETE"):
        answer = await shop.client.request(method, "/notes/100", json={"text": "x"}, headers=wrong)
        assert answer.status_code == 412
    await shop.save(Product(id=1, sku="a", name="A", price=1))
    refused = await shop.client.patch("/products/1", json={}, headers=wrong)
    assert (refused.status_code, "leave If-Match out" in refused.json()["detail"]) == (400, True)
    assert (await shop.client.delete("/notes/100", headers={"if-match": '"1"'})).status_code == 204


async def test_resource_80_a_change_without_if_match_is_428_where_it_is_demanded(shop):
    for method in ("PATCH", "PUT", "DELETE"):
        answer = await shop.client.request(method, "/careful/100", json={"text": "x"})
        assert (answer.status_code, answer.json()["type"]) == (
            428,
            "/problems/precondition-required",
        )
    headers = {"if-match": '"1"'}
    answer = await shop.client.patch("/careful/100", json={"text": "x"}, headers=headers)
    assert answer.status_code == 200
    assert (await shop.client.get("/careful")).status_code == 200


async def test_resource_79_of_two_right_changes_at_once_one_is_made(shop):
    headers = {"if-match": '"1"'}
    answers = await asyncio.gather(
        *(
            shop.client.patch("/notes/100", json={"text": f"by {number}"}, headers=headers)
            for number in range(2)
        )
    )
    assert Counter(each.status_code for each in answers) == {200: 1, 412: 1}


@pytest.mark.parametrize(("headers", "status"), [({"if-match": '"1"'}, 412), ({}, 409)])
async def test_resource_79_a_change_between_check_and_write_is_found(shop, headers, status):
    for method in ("PATCH", "DELETE"):
        answer = await shop.client.request(method, "/slow/100", json={"text": "x"}, headers=headers)
        assert answer.status_code == status
    assert (await shop.client.get("/notes/100")).headers["etag"] == '"1"'


async def test_resource_80_a_known_record_is_304_where_its_version_stands_for_the_answer(shop):
    for value in ('"1"', 'W/"1"', '"7", "1"', "*"):
        known = await shop.client.get("/notes/100", headers={"if-none-match": value})
        assert (known.status_code, known.content) == (304, b"")
        assert known.headers["etag"] == '"1"'
    other = await shop.client.get("/notes/100", headers={"if-none-match": '"2"'})
    assert other.status_code == 200
    related = await shop.client.get("/related/100", headers={"if-none-match": '"1"'})
    assert (related.status_code, related.headers["etag"]) == (200, '"1"')


async def test_preconditions_are_documented(shop):
    paths = (await shop.client.get("/openapi.json")).json()["paths"]
    change, show = paths["/careful/{id}"]["patch"], paths["/careful/{id}"]["get"]
    assert [each["name"] for each in change["parameters"]] == ["id", "if-match"]
    assert {"400", "412", "428"} <= {*change["responses"]}
    assert "428" not in paths["/notes/{id}"]["patch"]["responses"]
    assert "ETag" in change["responses"]["200"]["headers"]
    assert [each["name"] for each in show["parameters"]] == ["id", "if-none-match"]
    assert {"304", "404"} <= {*show["responses"]}
    assert "304" not in paths["/related/{id}"]["get"]["responses"]
    assert "if-match" not in str(paths["/products/{id}"])


def test_a_demand_for_versions_that_records_do_not_have_is_refused():
    class Wrong(Products):
        require_match = True

    with pytest.raises(ValueError, match=r"Wrong\.require_match needs records with a version: add"):
        FastTrackFramework().add_controller(Wrong)
