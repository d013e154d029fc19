"""The blog without its database."""

import pytest
from httpx import AsyncClient

from blog.app import create_app
from ftf.http import FastTrackFramework


@pytest.fixture
def app(monkeypatch: pytest.MonkeyPatch) -> FastTrackFramework:
    """The blog with a database that nothing answers for."""
    monkeypatch.setenv("FTF_DATABASE_URL", "postgresql://ada@127.0.0.1:1/blog")
    return create_app()


async def test_a_database_that_is_away_says_when_to_come_back(client: AsyncClient) -> None:
    answer = await client.get("/users")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["request_id"] == answer.headers["x-request-id"]
    assert (await client.get("/health")).status_code == 200
    assert (await client.get("/ready")).status_code == 503
