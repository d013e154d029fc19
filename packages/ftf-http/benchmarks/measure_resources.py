"""What a resource costs, beside handlers by hand: `nox -s bench -- resources`.

CPU time of this process for requests on SQLite in memory. The contenders take turns, round after
round, and the median counts, so that whatever else the machine does hits all of them.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from decimal import Decimal
from statistics import median
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, ConfigDict
from sqlalchemy import ForeignKey, Numeric, String
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, mapped_column, relationship
from starlette.types import Message, Scope

from ftf.http import Controller, FastTrackFramework, get
from ftf.http.resources import MISSING, ResourceController
from ftf.http.types import Id, PageNumber, PageSize
from ftf.orm import Base, DatabaseProvider, Filter, FilterSet, Include, Page, Repository

ROUNDS = 15

type Call = Callable[[], Awaitable[object]]


class Supplier(Base):
    """A supplier."""

    __tablename__ = "suppliers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Product(Base):
    """A product."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    stock: Mapped[int]
    supplier_id: Mapped[int] = mapped_column(ForeignKey("suppliers.id"))
    supplier: Mapped[Supplier] = relationship()


class ProductIn(BaseModel):
    """What a client says about a product."""

    name: str
    price: Decimal
    stock: int = 0
    supplier_id: Id


class SupplierOut(BaseModel):
    """A supplier."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str


class ProductOut(BaseModel):
    """A product with its supplier."""

    model_config = ConfigDict(from_attributes=True)
    id: int
    name: str
    price: Decimal
    stock: int
    supplier: SupplierOut


class IncludingOut(BaseModel):
    """A product, with its supplier if that is included."""

    id: int
    name: str
    price: Decimal
    stock: int
    supplier: SupplierOut | MISSING = MISSING


OPERATORS = ("lt", "lte", "gt", "gte")
FILTERS = FilterSet(
    Product,
    Filter(Product.price, *OPERATORS),
    Filter(Product.stock, *OPERATORS),
    Filter(Product.name, "eq", "contains", "starts"),
    sorts=(Product.name, Product.price),
)


class Products(ResourceController[Product, ProductIn, ProductOut]):
    """Products as a resource."""

    prefix = "/resource"
    filters = FILTERS


class Including(ResourceController[Product, ProductIn, IncludingOut]):
    """Products as a resource with an include."""

    prefix = "/including"
    filters = FilterSet(Product, includes=(Include(Product.supplier),))


class ByHand(Controller):
    """The same by hand."""

    prefix = "/by-hand"

    def __init__(self, products: Repository[Product]) -> None:
        self.products = products

    @get()
    async def index(
        self,
        page: PageNumber = 1,
        per_page: PageSize = 20,
        price__lte: Annotated[Decimal | None, Query()] = None,
    ) -> Page[ProductOut]:
        """List products."""
        query = self.products.query().with_(Product.supplier).order_by_key()
        if price__lte is not None:
            query = query.where(Product.price <= price__lte)
        return (await query.paginate(page, per_page)).map(ProductOut.model_validate)

    @get("/{id}")
    async def show(self, id: Id) -> ProductOut:  # noqa: A002  # as of a resource
        """Show a product."""
        query = self.products.query().with_(Product.supplier)
        return ProductOut.model_validate(await query.find_or_fail(id))


def calling(app: FastTrackFramework, path: str, query: str = "") -> Call:
    """Return a call that sends a request to an application, and checks that it is answered."""
    scope: Scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "headers": [],
        "scheme": "http",
        "server": ("test", 80),
    }

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def call() -> None:
        statuses: list[int] = []

        async def send(message: Message) -> None:  # of ASGI
            if message["type"] == "http.response.start":
                statuses.append(message["status"])

        await app({**scope}, receive, send)
        if statuses != [200]:
            raise RuntimeError(f"{path}?{query}: {statuses}")

    return call


async def measured(calls: Mapping[str, Call], number: int) -> dict[str, float]:
    """Return the median microseconds of each call, which take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(ROUNDS):
        for name, call in calls.items():
            began = time.process_time()
            for _ in range(number):
                await call()
            times[name].append((time.process_time() - began) / number * 1e6)
    return {name: median(taken) for name, taken in times.items()}


def table(title: str, found: Mapping[str, float], base: str) -> None:
    """Print what was measured, as multiples of one contender."""
    sys.stdout.write(f"\n{title}\n")
    for name, taken in found.items():
        sys.stdout.write(f"  {name:32} {taken:9.1f} µs  {taken / found[base]:5.2f} x\n")


async def measure_requests(app: FastTrackFramework, number: int) -> None:
    """Measure the list and a record."""
    lists = {
        "by hand": calling(app, "/by-hand"),
        "resource": calling(app, "/resource"),
        "by hand, one filter": calling(app, "/by-hand", "price__lte=1000"),
        "resource, one filter": calling(app, "/resource", "price__lte=1000"),
        "resource, an include": calling(app, "/including", "include=supplier"),
    }
    table("index, 20 records with their supplier", await measured(lists, number), "by hand")
    records = {
        "by hand": calling(app, "/by-hand/1"),
        "resource": calling(app, "/resource/1"),
        "resource, an include": calling(app, "/including/1", "include=supplier"),
    }
    table("show", await measured(records, number), "by hand")


async def measure_parsing(number: int) -> None:
    """Measure a filter set, beside query parameters of FastAPI's."""
    app = FastTrackFramework()

    @app.get("/declared")
    async def declared(  # what is measured
        price__lt: Decimal | None = None,
        price__lte: Decimal | None = None,
        price__gt: Decimal | None = None,
        price__gte: Decimal | None = None,
        stock__lt: int | None = None,
        stock__lte: int | None = None,
        stock__gt: int | None = None,
        stock__gte: int | None = None,
        name: str | None = None,
        name__contains: str | None = None,
        name__starts: str | None = None,
    ) -> None:
        """Read parameters."""

    @app.get("/none")
    async def none() -> None:  # what is measured
        """Read nothing."""

    async def parse(text: str) -> None:  # as the others
        FILTERS.parse(text)

    calls: dict[str, Call] = {
        "FilterSet, nothing sent": lambda: parse(""),
        "FilterSet, one filter": lambda: parse("price__lte=20"),
        "FilterSet, six parameters": lambda: parse(
            "price__lte=20&price__gte=2&stock__gt=0&name__contains=tea&sort=-price&page=2"
        ),
        "a route without parameters": calling(app, "/none"),
        "11 of FastAPI, nothing sent": calling(app, "/declared"),
        "11 of FastAPI, one sent": calling(app, "/declared", "price__lte=20"),
    }
    table("parameters", await measured(calls, number * 10), "a route without parameters")


async def main() -> None:
    """Measure and print all of it."""
    number = int(sys.argv[1]) if sys.argv[1:] else 100
    app = FastTrackFramework(providers=[DatabaseProvider("sqlite+aiosqlite://")])
    for controller in (Products, Including, ByHand):
        app.add_controller(controller)
    async with app.router.lifespan_context(app):
        engine = await app.container.aresolve(AsyncEngine)
        async with engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)
        factory = await app.container.aresolve(async_sessionmaker[AsyncSession])
        async with factory() as session:
            suppliers = [Supplier(name=f"Supplier {each}") for each in range(5)]
            session.add_all(
                Product(name=f"P {n}", price=n, stock=n, supplier=suppliers[n % 5])
                for n in range(1, 101)
            )
            await session.commit()
        await measure_requests(app, number)
    await measure_parsing(number)


if __name__ == "__main__":
    asyncio.run(main())
