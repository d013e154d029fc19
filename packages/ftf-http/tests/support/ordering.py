"""A shop that takes orders, whose requests may be sent again; also a program that sends some.

`python ordering.py URL` prints the statuses of 15 orders with one key.
"""

import asyncio
import sys
from collections import Counter

from httpx import ASGITransport, AsyncClient
from pydantic import BaseModel
from sqlalchemy import MetaData, String
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import Mapped, mapped_column, registry

from ftf.http import Controller, FastTrackFramework, post
from ftf.http.idempotency import add_idempotency_table, idempotent
from ftf.http.resources import ResourceController
from ftf.orm import Base, BaseRepository, DatabaseProvider


class Model(Base):
    __abstract__ = True
    metadata = MetaData()
    registry = registry()  # tests of other packages have models of the same names


add_idempotency_table(Model.metadata)


class Order(Model):
    __tablename__ = "orders"
    id: Mapped[int] = mapped_column(primary_key=True)
    product: Mapped[str] = mapped_column(String(20))


class OrderIn(BaseModel):
    product: str


class OrderOut(BaseModel):
    id: int
    product: str


def caller(connection) -> str:
    return connection.headers.get("x-caller", "")


class Orders(ResourceController[Order, OrderIn, OrderOut]):
    prefix = "/orders"
    idempotency = idempotent(caller=caller)


class OrderRepository(BaseRepository[Order]):
    pass


class Placing(Controller):
    prefix = "/placing"

    def __init__(self, orders: OrderRepository) -> None:
        self.orders = orders

    @post("/{product}")
    @idempotent(required=True, caller=caller)
    async def place(self, product: str) -> str:
        await self.orders.create(Order(product=product))
        return product


def application(url: str) -> FastTrackFramework:
    """Return the application of the shop."""
    app = FastTrackFramework(providers=[DatabaseProvider(url)])
    app.add_controller(Orders)
    app.add_controller(Placing)
    return app


async def order(client: AsyncClient, times: int, path: str = "/orders") -> Counter[int]:
    """Return how often each status answered orders with one key, sent again while it is in use."""
    headers = {"idempotency-key": "one"}

    async def send() -> int:
        while True:
            answer = await client.post(path, json={"product": "tea"}, headers=headers)
            if answer.status_code != 409:
                return answer.status_code

    return Counter(await asyncio.gather(*(send() for _ in range(times))))


async def main(url: str) -> None:
    """Print the statuses, after a line was read."""
    app = application(url)
    async with app.router.lifespan_context(app):
        engine = await app.container.aresolve(AsyncEngine)
        async with engine.connect():  # before the other program begins
            pass
        transport = ASGITransport(app, raise_app_exceptions=False)
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            sys.stdout.write("ready\n")
            sys.stdout.flush()
            sys.stdin.readline()
            sys.stdout.write(str(dict(await order(client, 15))))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
