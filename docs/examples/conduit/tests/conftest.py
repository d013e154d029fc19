"""What the tests of Conduit share."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from httpx import AsyncClient, Response
from sqlalchemy import delete

from conduit.app import create_app
from conduit.auth import AnyPassword
from conduit.models import Model
from ftf.http import FastTrackFramework
from ftf.http.auth import Argon2, Passwords
from ftf.orm import create_engine


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database_url(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The URL of a migrated database, of each kind in turn."""
    url = f"sqlite+aiosqlite:///{tmp_path_factory.mktemp('conduit')}/conduit.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    config = Config(Path(__file__).parents[1] / "alembic.ini")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CONDUIT_DATABASE_URL", url)
        command.upgrade(config, "head")
        yield url
        command.downgrade(config, "base")


@pytest.fixture
async def app(database_url: str) -> AsyncIterator[FastTrackFramework]:
    """Conduit on an empty database, with hashes of passwords that take no time."""
    made = create_app()
    quick = Argon2(time_cost=1, memory_cost=8)
    made.container.instance(Passwords, Passwords(quick, compromised=AnyPassword()))
    yield made
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        for table in reversed(Model.metadata.sorted_tables):
            await connection.execute(delete(table))
    await engine.dispose()


class Caller:
    """A client of the API, signed in or not."""

    def __init__(self, client: AsyncClient, username: str = "", token: str = "") -> None:
        self.client = client
        self.username = username
        self.headers = {"authorization": f"Token {token}"} if token else {}

    async def call(self, method: str, path: str, body: object = None) -> Response:
        """Make a request below `/api`."""
        path = f"/api{path}"
        return await self.client.request(method, path, json=body, headers=self.headers)

    async def publish(self, title: str = "A title", *tags: str) -> str:
        """Publish an article and return its slug."""
        article = {"title": title, "description": "About it", "body": "Text", "tagList": tags}
        answer = (await self.call("POST", "/articles", {"article": article})).raise_for_status()
        slug: str = answer.json()["article"]["slug"]
        return slug


type SignUp = Callable[..., Awaitable[Caller]]


@pytest.fixture
def guest(client: AsyncClient) -> Caller:
    """A client who is not signed in."""
    return Caller(client)


@pytest.fixture
def sign_up(client: AsyncClient) -> SignUp:
    """Open accounts, each with another name."""
    numbers = count(1)

    async def open_account(username: str = "") -> Caller:
        name = username or f"reader {next(numbers)}"
        user = {
            "username": name,
            "email": f"{next(numbers)}@example.com",
            "password": "correct horse",
        }
        answer = (await Caller(client).call("POST", "/users", {"user": user})).raise_for_status()
        return Caller(client, name, answer.json()["user"]["token"])

    return open_account
