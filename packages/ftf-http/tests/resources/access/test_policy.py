"""Resources with a policy: what users see and change of the records."""

import types

import pytest
from notebook import (
    Note,
    Notebook,
    NotebookNotes,
    NoteIn,
    NoteOut,
    NotePolicy,
    Notes,
    application,
)

from ftf.http import FastTrackFramework
from ftf.http.auth import Policy
from ftf.http.exceptions import InvalidRoutesError
from ftf.http.resources import Checked, ResourceController
from ftf.orm import BaseRepository


@pytest.fixture
async def shop(serving, log):
    """Ada's notes 1 (open) and 2, eve's notes 3 (open) and 4; notebook 1 is ada's, 2 is eve's."""
    app = application(log)
    app.add_controller(Notes)
    app.add_controller(NotebookNotes)
    async with serving(app) as shop:
        await shop.save(*(Notebook(id=each, owner=owner) for each, owner in BOOKS.items()))
        for number, owner in enumerate(["ada", "ada", "eve", "eve"], 1):
            is_open = number % 2 == 1
            await shop.save(Note(text=f"n{number}", owner=owner, is_open=is_open, notebook_id=1))
        yield shop


BOOKS = {1: "ada", 2: "eve", 7: "ada"}
ADA, EVE, READER = ({"x-user": name} for name in ("ada", "eve", "reader"))


async def test_the_list_and_own_routes_have_the_visible_records_alone(shop):
    for headers, seen in (({}, [1, 3]), (ADA, [1, 2, 3]), (EVE, [1, 3, 4])):
        listed = await shop.client.get("/notes?sort=text", headers=headers)
        assert [each["id"] for each in listed.json()["items"]] == seen
        assert listed.json()["total"] == len(seen)
        texts = await shop.client.get("/notes/texts", headers=headers)
        assert texts.json() == [f"n{each}" for each in seen]


async def test_a_record_that_is_not_visible_is_answered_like_a_missing_one(shop):
    fixed = {"x-request-id": "1", **ADA}
    for method in ("GET", "PATCH", "DELETE"):
        hidden, missing = [
            await shop.client.request(method, f"/notes/{number}", headers=fixed, json={})
            for number in (4, 99)
        ]
        assert (hidden.status_code, hidden.content) == (404, missing.content)


async def test_view_is_asked_about_a_record_that_is_shown_and_may_hide_it(shop, log):
    assert (await shop.client.get("/notes/1")).status_code == 200
    await shop.save(Note(id=50, text="secret", is_open=True))
    assert (await shop.client.get("/notes/50", headers=ADA)).status_code == 404
    assert log == ["view 1", "view 50"]
    await shop.client.get("/notes")
    assert (await shop.client.patch("/notes/1", json={}, headers=ADA)).status_code == 200
    assert log == ["view 1", "view 50", "update 1"]


async def test_resource_65_create_is_asked_before_the_body_is_read(shop, log):
    for headers, status in (({}, 401), (READER, 403), (ADA, 422)):
        answer = await shop.client.post("/notes", content=b"no json", headers=headers)
        assert answer.status_code == status
    assert log == ["create", "create"]
    created = await shop.client.post("/notes", json={"text": "new"}, headers=ADA)
    assert created.status_code == 201
    assert log == ["create"] * 3


async def test_update_and_delete_are_asked_and_answer_as_the_policy_says(shop):
    send = shop.client.request
    assert (await send("PATCH", "/notes/1", json={"text": "x"})).status_code == 401
    for method in ("PATCH", "PUT"):
        denied = await send(method, "/notes/3", json={"text": "x"}, headers=ADA)
        assert denied.status_code == 403
    assert (await send("DELETE", "/notes/3", headers=ADA)).status_code == 404  # hide()
    stays = await send("DELETE", "/notes/1", headers=ADA)
    assert (stays.status_code, stays.json()["detail"]) == (409, "An open note stays.")
    assert (await send("DELETE", "/notes/2", headers=ADA)).status_code == 204
    assert (await shop.client.get("/notes/texts", headers=ADA)).json() == ["n1", "n3"]


async def test_what_the_user_would_not_see_is_not_stored(shop):
    answer = await shop.client.post("/notes", json={"text": "for eve"}, headers=ADA)
    assert answer.status_code == 404
    assert (await shop.client.get("/notes?q=&text=x", headers=EVE)).status_code == 422
    assert (await shop.client.get("/notes/texts", headers=EVE)).json() == ["n1", "n3", "n4"]


async def test_resource_75_a_moved_record_is_asked_about_again(shop, log):
    body = {"notebook_id": 7}
    denied = await shop.client.patch("/notes/1", json=body, headers=ADA)
    assert (denied.status_code, log) == (403, ["update 1", "update 1"])
    stored = await shop.client.patch("/notes/1", json={"text": "x"}, headers=ADA)
    assert (stored.status_code, stored.headers["etag"]) == (200, '"2"')


async def test_resource_57_a_reference_to_what_is_not_visible_is_one_to_what_is_missing(shop):
    answers = [
        await shop.client.post("/notes", json={"text": "x", "notebook_id": number}, headers=ADA)
        for number in (2, 99)
    ]
    assert [each.status_code for each in answers] == [422, 422]
    faults = [each.json()["errors"] for each in answers]
    assert faults[0] == faults[1]
    assert faults[0][0]["pointer"] == "/notebook_id"


async def test_resource_57_bodies_by_hand_hide_references_as_well(serving, log):
    app = application(log)

    @app.post("/by-hand")
    async def by_hand(body: Checked[NoteIn]) -> str:
        return body.text

    async with serving(app) as shop:
        await shop.save(Notebook(id=2, owner="eve"))
        body = {"text": "x", "notebook_id": 2}
        answers = [
            await shop.client.post("/by-hand", json=body, headers=headers)
            for headers in (EVE, ADA, {})
        ]
    assert [each.status_code for each in answers] == [200, 422, 401]


async def test_a_parent_that_is_not_visible_is_missing(shop):
    assert (await shop.client.get("/notebooks/1/notes", headers=ADA)).json()["total"] == 3
    for number in (2, 99):
        answer = await shop.client.get(f"/notebooks/{number}/notes", headers=ADA)
        assert answer.status_code == 404
    assert (await shop.client.get("/notebooks/1/notes")).status_code == 401
    stored = await shop.client.post("/notebooks/1/notes", json={"text": "in"}, headers=ADA)
    assert stored.status_code == 201


async def test_a_parent_without_a_policy_is_found_as_before(serving, log):
    app = application(log, hides_notebooks=False)
    app.add_controller(NotebookNotes)
    async with serving(app) as shop:
        await shop.save(Notebook(id=2, owner="eve"))
        assert (await shop.client.get("/notebooks/2/notes", headers=ADA)).status_code == 200


async def test_the_document_has_the_answers_of_the_policy(shop):
    paths = (await shop.client.get("/openapi.json")).json()["paths"]
    for path, methods in paths.items():
        for operation in methods.values():
            assert {"401", "403"} <= {*operation["responses"]}, path


def resource(**attributes):
    closed = ResourceController[Note, NoteIn, NoteOut]
    body = {"prefix": "/x", "policy": NotePolicy} | attributes
    return types.new_class("Wrong", (closed,), {}, lambda names: names.update(body))


class NoteRepository(BaseRepository[Note]):
    pass


class Bare(Policy[object]):
    pass


@pytest.mark.parametrize(
    ("attributes", "match"),
    [
        (
            {"policy": None},
            "NoteIn has rules with `visible=NotebookPolicy`, and Wrong has no",
        ),
        ({"policy": Note}, "Wrong.policy must be a class of `Policy`, not <class"),
        (
            {"policy": Bare},
            "Wrong asks its policy for `visible`, `create`, `update`, `delete`, which Bare does",
        ),
        ({"policy": Bare, "actions": ("show",)}, "Wrong asks its policy for `visible`, which B"),
    ],
)
def test_resource_51_a_policy_that_cannot_answer_is_refused(attributes, match):
    with pytest.raises(TypeError, match=match):
        FastTrackFramework().add_controller(resource(**attributes))


@pytest.mark.parametrize("is_other", [False, True])
def test_a_policy_that_was_not_added_stops_the_start(log, is_other):
    app = application(log) if is_other else FastTrackFramework()
    policy = types.new_class("Other", (NotePolicy,)) if is_other else NotePolicy
    app.add_controller(resource(policy=policy))
    with pytest.raises(InvalidRoutesError) as refusal:
        app.validate_injections()
    name = policy.__qualname__
    assert f"Add it before the start: `app.add_policy(Note, {name})`" in str(refusal.value)


async def test_the_records_of_a_resource_are_not_read_outside_of_its_routes(shop):
    async with shop.session() as session:
        with pytest.raises(RuntimeError, match=r"Notes.query\(\) is used outside of its routes"):
            Notes(NoteRepository(session)).query()
