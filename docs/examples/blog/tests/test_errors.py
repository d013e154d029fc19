"""What the database refuses, as a client of the blog sees it."""

import pytest
from httpx import AsyncClient, Response
from sqlalchemy.ext.asyncio import AsyncEngine

from blog.models import User
from blog.repositories import UserRepository
from ftf.container import Container
from ftf.http import FastTrackFramework, Injected
from ftf.http.auth import public


async def show(key: int, users: Injected[UserRepository]) -> str:
    """Show a user's name by a key of any size."""
    return (await users.find_or_fail(key)).name


async def search(name: str, users: Injected[UserRepository]) -> list[str]:
    """List users of a name that nothing has validated."""
    return [user.email for user in await users.query().where(User.name == name).get()]


async def add(body: dict[str, str | None], users: Injected[UserRepository]) -> int:
    """Add a user of whatever a client sends."""
    return (await users.create(User(**body))).id


@pytest.fixture
def app(app: FastTrackFramework) -> FastTrackFramework:
    """The blog, with routes that trust their clients."""
    app.add_api_route("/trusting/{key}", public(show))
    app.add_api_route("/trusting", public(search))
    app.add_api_route("/trusting", public(add), methods=["POST"])
    return app


async def send(client: AsyncClient, body: str) -> Response:
    headers = {"content-type": "application/json"}
    return await client.post("/trusting", content=body, headers=headers)


@pytest.mark.parametrize("key", [2**31, 2**63, 10**30])
async def test_a_key_that_no_user_can_have_is_not_found(client: AsyncClient, key: int) -> None:
    answer = await client.get(f"/trusting/{key}")
    assert (answer.status_code, answer.json()["detail"]) == (404, "User not found")


async def test_a_text_that_postgres_cannot_take_is_no_error_of_the_server(
    client: AsyncClient, container: Container
) -> None:
    engine = container.resolve(AsyncEngine)
    answer = await client.get("/trusting?name=a%00b")
    assert answer.status_code == (422 if engine.dialect.name == "postgresql" else 200)


async def test_a_text_that_cannot_be_stored_is_not_processable(client: AsyncClient) -> None:
    answer = await send(client, r'{"name": "\ud800", "email": "a@example.com"}')
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "surrogates not allowed" in answer.json()["detail"]
    assert (await client.get("/users")).json()["total"] == 0


async def test_a_value_that_is_missing_is_not_processable(client: AsyncClient) -> None:
    answer = await send(client, '{"name": "Ada", "email": null}')
    assert (answer.status_code, answer.json()["columns"]) == (422, ["email"])


async def test_a_value_that_is_taken_is_a_conflict(client: AsyncClient) -> None:
    body = '{"name": "Ada", "email": "a@example.com"}'
    assert (await send(client, body)).is_success
    answer = await send(client, body)
    assert (answer.status_code, answer.json()["columns"]) == (409, ["email"])
