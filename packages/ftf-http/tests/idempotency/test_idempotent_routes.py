"""What an idempotent route needs at the start, and what the document says of it."""

from importlib import reload

import pytest
from sqlalchemy import MetaData

from ftf.http import FastTrackFramework
from ftf.http.idempotency import (  # what it needs
    _answers,  # noqa: PLC2701  # what it needs
    add_idempotency_table,
    idempotent,
)
from ftf.orm import DatabaseProvider

TEA = {"product": "tea"}


def test_the_table_is_added_once():
    metadata = MetaData()
    for _ in range(2):
        add_idempotency_table(metadata)
    assert [*metadata.tables] == ["ftf_idempotent_answers"]


def test_what_the_package_needs_is_one_clear_line(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(ImportError, match=r"ftf.http.idempotency needs ftf-orm: pip install"):
        reload(_answers)


def refused(app) -> str:
    with pytest.raises(ValueError, match="idempotent") as refusal:
        app.validate_injections()
    return str(refusal.value)


def test_resource_82_a_route_that_knows_no_caller_stops_the_start():
    app = FastTrackFramework(providers=[DatabaseProvider("sqlite+aiosqlite://")])

    @app.post("/")
    @idempotent()
    async def place() -> None: ...

    assert "POST /:\nidempotent does not know who sends a request" in refused(app)


def test_a_route_without_a_database_stops_the_start():
    app = FastTrackFramework()

    @app.post("/")
    @idempotent(caller=lambda _: "")
    async def place() -> None: ...

    assert "POST /:\nidempotent stores answers by ftf-orm: add a DatabaseProvider" in refused(app)


async def test_the_header_and_the_refusals_are_documented(shop):
    paths = (await shop.client.get("/openapi.json")).json()["paths"]
    operation = paths["/orders"]["post"]
    assert [each["name"] for each in operation["parameters"]] == ["Idempotency-Key"]
    assert {"201", "400", "409", "422"} <= {*operation["responses"]}
    assert "parameters" not in paths["/orders"]["get"] or "Idempotency" not in str(
        paths["/orders"]["get"]
    )
    ways = {way.path: way.reason for way in shop.app.ways() if way.methods == {"POST"}}
    assert "replaced or wrapped" in ways["/orders"]
