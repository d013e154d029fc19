"""What it takes to read a query string by a `FilterSet`, and to apply it to a query."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from time import perf_counter

from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import (
    Base,
    Filter,
    FilterSet,
    QueryBuilder,
    UtcDateTime,
    create_engine,
    session_factory,
)

CALLS = 200  # of each, in turns


class Product(Base):
    """A product with columns of five kinds."""

    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    stock: Mapped[int]
    weight: Mapped[float]
    active: Mapped[bool]
    sold_at: Mapped[datetime] = mapped_column(UtcDateTime)


ORDER = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in")
OFFERED = FilterSet(
    Product,
    Filter(Product.name, "eq", "ne", "in", "contains", "starts"),
    Filter(Product.stock, *ORDER),
    Filter(Product.weight, "lt", "gt"),
    Filter(Product.active),
    Filter(Product.sold_at, *ORDER),
    sorts=(Product.name, Product.stock, Product.sold_at),
    search=(Product.name,),
)
SIX = "stock__gte=1&stock__lte=9&active=true&sold_at__gte=2026-01-01&name__starts=a&sort=-sold_at"
ASKED = {"nothing": "", "one filter": "stock__gte=1", "six parameters": SIX}


def measure() -> None:
    """Measure, and print a table."""
    asyncio.run(_measure())


async def _measure() -> None:
    engine = create_engine("sqlite+aiosqlite:///:memory:")
    async with session_factory(engine)() as session:
        query = QueryBuilder(session, Product)
        calls: dict[str, Callable[[], object]] = {
            name: lambda params=params: OFFERED.parse(params).apply(query)
            for name, params in ASKED.items()
        }
        calls["one `where` by hand"] = lambda: query.where(Product.stock >= 1).order_by_key()
        best = _best(calls)
    await engine.dispose()
    print(f"\n| {len(OFFERED.parameters)} parameters offered, asked | µs |\n|---|---:|")
    for name, seconds in best.items():
        print(f"| {name} | {seconds * 1e6:.1f} |")


def _best(calls: dict[str, Callable[[], object]], rounds: int = 50) -> dict[str, float]:
    """Return the seconds of a call, of the turn that nothing on the machine delayed."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, call in calls.items():
            begin = perf_counter()
            for _ in range(CALLS):
                call()
            elapsed = (perf_counter() - begin) / CALLS
            best[name] = min(best.get(name, elapsed), elapsed)
    return best
