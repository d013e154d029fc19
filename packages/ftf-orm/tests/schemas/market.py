"""Models of which scopes hide records, which are related in every way: stalls sell items."""

from collections.abc import Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, ForeignKey, Integer, MetaData, Table, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base, SoftDeletes, Versioned

seller: ContextVar[int] = ContextVar("seller", default=1)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


class Market(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    registry = registry()
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


def _to_item(**options: bool) -> Column[int]:
    return Column("item_id", ForeignKey("market_items.id", ondelete="CASCADE"), **options)


shown = Table(
    "market_shown",
    Market.metadata,
    Column("stall_id", ForeignKey("market_stalls.id"), primary_key=True),
    _to_item(primary_key=True),
    Column("place", Integer),
)


class Item(Versioned, SoftDeletes, Market):
    """A model with scopes of all kinds: of a column, of the present request, and of other rows."""

    __tablename__ = "market_items"
    __scopes__: ClassVar[Mapping[str, Any]] = {
        "listed": lambda item: item.listed,
        "own": lambda item: item.seller == seller.get(),
        "free": lambda item: ~item.holds.any(),
    }

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    weight: Mapped[int]
    touched: Mapped[int] = mapped_column(default=0)
    listed: Mapped[bool] = mapped_column(default=True)
    seller: Mapped[int] = mapped_column(default=1)
    stall_id: Mapped[int | None] = mapped_column(ForeignKey("market_stalls.id"))
    whole_id: Mapped[int | None] = mapped_column(ForeignKey("market_items.id", ondelete="SET NULL"))

    holds: Mapped[list["Hold"]] = relationship(viewonly=True)
    sales: Mapped[list["Sale"]] = relationship(viewonly=True)
    parts: Mapped[list["Item"]] = relationship(order_by="Item.id")


class Hold(Market):
    __table__ = Table(
        "market_holds",
        Market.metadata,
        Column("id", Integer, primary_key=True),
        _to_item(nullable=False),
    )


class Stall(Market):
    __tablename__ = "market_stalls"

    id: Mapped[int] = mapped_column(primary_key=True)

    items: Mapped[list[Item]] = relationship(order_by=Item.id)
    shown: Mapped[list[Item]] = relationship(secondary=shown, order_by=Item.id)


class Sale(Market):
    __tablename__ = "market_sales"

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("market_items.id", ondelete="CASCADE"))
    stall_id: Mapped[int] = mapped_column(ForeignKey("market_stalls.id"))

    item: Mapped[Item | None] = relationship()
    stall: Mapped[Stall] = relationship()


def _declared(lazy: Any) -> tuple[type[Market], type[Market]]:
    """Return models of the tables of stalls and sales whose relationships are always loaded."""
    items = {"argument": Item, "lazy": lazy, "viewonly": True, "order_by": Item.id}
    stall = {
        "__table__": Stall.__table__,
        "items": relationship(**items, primaryjoin=Stall.__table__.c.id == Item.stall_id),
        "shown": relationship(**items, secondary=shown),
    }
    item = relationship(Item, lazy=lazy, viewonly=True)
    return (
        type(f"Stall_{lazy}", (Market,), stall),
        type(f"Sale_{lazy}", (Market,), {"__table__": Sale.__table__, "item": item}),
    )


STRATEGIES = ("selectin", "joined", "subquery", "immediate")
DECLARED = {lazy: _declared(lazy) for lazy in STRATEGIES}

HIDING: Mapping[str, Mapping[str, object]] = {
    "deleted": {"deleted_at": LONG_AGO},
    "unlisted": {"listed": False},
    "foreign": {"seller": 2},
    "held": {},
}
NAMES = ("first", "second", *HIDING)
WEIGHTS = {name: 2**place for place, name in enumerate(NAMES)}


async def fill(connection: AsyncConnection) -> None:
    """Store two items that are found and one for each way to hide it, all related to the first."""
    await connection.run_sync(Market.metadata.drop_all)  # what a killed run may have left
    await connection.run_sync(Market.metadata.create_all)
    await connection.execute(insert(Stall.__table__), [{"id": 1}, {"id": 2}])
    for number, name in enumerate(NAMES, 1):
        values = {"id": number, "name": name, "weight": WEIGHTS[name], "version": 1}
        known = {"stall_id": 1, "whole_id": 1 if number > 1 else None, **HIDING.get(name, {})}
        await connection.execute(insert(Item.__table__).values(**values, **known))
        related = {"item_id": number, "stall_id": 1}
        await connection.execute(insert(shown).values(**related, place=number))
        await connection.execute(insert(Sale.__table__).values(**related))
    await connection.execute(insert(Hold.__table__).values(item_id=NAMES.index("held") + 1))
