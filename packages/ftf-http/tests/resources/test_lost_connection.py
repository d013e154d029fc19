"""A connection to the database that is lost while a resource works: no write is tried again."""

import pytest
from catalogue import TEA, Product, ProductIn, ProductOut, product
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.http import FastTrackFramework
from ftf.http.resources import ResourceController
from ftf.orm import BaseRepository, create_engine

# SQLite has no connection to end.
pytestmark = pytest.mark.parametrize("database_url", ["postgres"], indirect=True)


class Terminator:
    """Ends the connection of a session, as a failover does, by one of another engine."""

    def __init__(self, url: str) -> None:
        self.engine: AsyncEngine = create_engine(url)
        self.when = ""

    async def end(self, moment: str, session: AsyncSession) -> None:
        if moment == self.when:
            process = await session.scalar(text("SELECT pg_backend_pid()"))
            async with self.engine.connect() as connection:
                await connection.execute(text(f"SELECT pg_terminate_backend({process}, 5000)"))


class Fragile(ResourceController[Product, ProductIn, ProductOut]):
    prefix = "/fragile"
    actions = ("index", "show", "store", "update", "replace", "destroy", "store_many")

    def __init__(self, records: BaseRepository[Product], ends: Terminator, log: list[str]) -> None:
        super().__init__(records)
        self.ends = ends
        self.log = log

    async def _hook(self, moment: str) -> None:
        self.log.append(moment)
        await self.ends.end(moment, self.records.session)

    async def storing(self, record: Product, body: ProductIn) -> None:
        await self._hook("storing")

    async def stored(self, record: Product, body: ProductIn) -> None:
        await self._hook("stored")

    async def updating(self, record: Product, changes: object) -> None:
        await self._hook("updating")

    async def updated(self, record: Product, changes: object) -> None:
        await self._hook("updated")

    async def destroying(self, record: Product) -> None:
        await self._hook("destroying")

    async def destroyed(self, record: Product) -> None:
        await self._hook("destroyed")


@pytest.fixture
async def terminator(postgres_url):
    made = Terminator(postgres_url)
    yield made
    await made.engine.dispose()


@pytest.fixture
async def shop(serving, terminator, log):
    app = FastTrackFramework()
    app.instance(Terminator, terminator)
    app.instance(list[str], log)
    app.add_controller(Fragile)
    async with serving(app) as shop:
        await shop.save(product(name="Old"))
        yield shop


async def stored(shop) -> list[str]:
    async with shop.session() as session:
        return [*await session.scalars(select(Product.name).order_by(Product.id))]


NEW = TEA | {"name": "New"}


@pytest.mark.parametrize(
    ("when", "request_"),
    [
        ("storing", ("POST", "/fragile", NEW)),
        ("stored", ("POST", "/fragile", NEW)),
        ("storing", ("POST", "/fragile/batch", [NEW])),
        ("updating", ("PATCH", "/fragile/1", {"name": "New"})),
        ("updated", ("PATCH", "/fragile/1", {"name": "New"})),
        ("updating", ("PUT", "/fragile/1", NEW)),
        ("destroying", ("DELETE", "/fragile/1", None)),
    ],
)
async def test_resource_78_a_write_whose_connection_is_lost_is_503_and_not_tried_again(
    shop, terminator, log, when, request_
):
    (method, path, body), terminator.when = request_, when
    answer = await shop.client.request(method, path, json=body)
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert answer.json()["type"].endswith("/unavailable")
    assert log.count(when) == 1
    assert await stored(shop) == ["Old"]
    terminator.when = ""
    assert (await shop.client.request(method, path, json=body)).is_success


async def test_resource_78_a_commit_that_nobody_answered_is_500_and_not_tried_again(
    shop, terminator, log
):
    terminator.when = "destroyed"
    answer = await shop.client.delete("/fragile/1")
    assert answer.status_code == 500
    assert "retry-after" not in answer.headers
    assert log == ["destroying", "destroyed"]
    assert await stored(shop) == ["Old"]


async def test_resource_78_a_connection_that_was_lost_before_a_request_is_replaced(
    shop, terminator
):
    terminator.when = "idle"
    async with shop.session() as session:
        await terminator.end("idle", session)
        await session.invalidate()
    answers = [await shop.client.get(path) for path in ("/fragile", "/fragile/1")]
    assert [each.status_code for each in answers] == [200, 200]
