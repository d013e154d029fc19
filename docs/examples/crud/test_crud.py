"""The API as clients see it, from the first user to the last error."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient

from crud.app import create_app
from ftf.testing import resource_contract

ALICE = {"name": "Alice", "email": "alice@example.com"}


@pytest.fixture
async def client(tmp_path: Path) -> AsyncIterator[AsyncClient]:
    app = create_app(f"sqlite+aiosqlite:///{tmp_path}/test.db")
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://test") as client,
    ):
        yield client


async def test_a_user_is_stored_shown_changed_and_deleted(client: AsyncClient) -> None:
    created = await client.post("/users", json=ALICE)
    assert (created.status_code, created.json()) == (201, {"id": 1, **ALICE})
    at = f"/{created.headers['location']}"
    assert (await client.get(at)).json() == {"id": 1, **ALICE}
    changed = await client.patch(at, json={"name": "Alice B."})
    assert changed.json()["name"] == "Alice B."
    assert (await client.delete(at)).status_code == 204
    assert (await client.get(at)).json()["type"] == "/problems/not-found"


async def test_users_are_listed_filtered_and_sorted(client: AsyncClient) -> None:
    for name in ("Carol", "Alice", "Bob"):
        await client.post("/users", json={"name": name, "email": f"{name}@example.com"})
    page = (await client.get("/users?sort=name&per_page=2")).json()
    assert ([user["name"] for user in page["items"]], page["total"]) == (["Alice", "Bob"], 3)
    found = (await client.get("/users?name__contains=ali")).json()
    assert [user["name"] for user in found["items"]] == ["Alice"]
    await resource_contract(client, "/users")


async def test_what_is_wrong_is_named(client: AsyncClient) -> None:
    await client.post("/users", json=ALICE)
    taken = await client.post("/users", json=ALICE)
    assert [(each["pointer"], each["code"]) for each in taken.json()["errors"]] == [
        ("/email", "unique")
    ]
    unreadable = await client.post("/users", json={"name": "", "email": "nobody"})
    assert [each["pointer"] for each in unreadable.json()["errors"]] == ["/name", "/email"]
