"""A shop, with a column of each kind that clients can ask about."""

from collections.abc import Mapping
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    MetaData,
    Numeric,
    SmallInteger,
    String,
    Table,
    Uuid,
)
from sqlalchemy import Enum as Choice
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base, SoftDeletes, UtcDateTime


class Shop(Base):
    """A base with tables of its own, apart from those of other models in the same run."""

    __abstract__ = True
    registry = registry()
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)


class Status(Enum):
    ON_SALE = "on sale"
    GONE = "gone, & not 100%"


class Grade(IntEnum):
    BEST = 1
    WORST = 6


tagged = Table(
    "shop_tagged",
    Shop.metadata,
    Column("product_id", ForeignKey("shop_products.id"), primary_key=True),
    Column("tag_id", ForeignKey("shop_tags.id"), primary_key=True),
)


class Tag(Shop):
    __tablename__ = "shop_tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str | None]


class Supplier(Shop):
    __tablename__ = "shop_suppliers"
    __scopes__: ClassVar[Mapping[str, Any]] = {"open": lambda supplier: supplier.open}

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    open: Mapped[bool] = mapped_column(default=True)


class Category(Shop):
    __tablename__ = "shop_categories"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("shop_categories.id"))

    parent: Mapped["Category | None"] = relationship(
        remote_side="Category.id", back_populates="children"
    )
    children: Mapped[list["Category"]] = relationship(back_populates="parent")


class Person(Shop):
    __tablename__ = "shop_people"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Review(SoftDeletes, Shop):
    __tablename__ = "shop_reviews"

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str]
    stars: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("shop_products.id"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("shop_people.id"))

    author: Mapped[Person | None] = relationship()


class Product(Shop):
    __tablename__ = "shop_products"
    __table_args__ = (Index(None, "weight", "ratio"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None] = mapped_column(String(50))
    sku: Mapped[str] = mapped_column(String(20), unique=True, default=lambda: uuid4().hex[:20])
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2), default=1)
    amount: Mapped[Decimal | None] = mapped_column(Numeric())
    stock: Mapped[int] = mapped_column(default=0)
    small: Mapped[int | None] = mapped_column(SmallInteger)
    big: Mapped[int | None] = mapped_column(BigInteger)
    weight: Mapped[float | None] = mapped_column(Float)
    ratio: Mapped[float | None] = mapped_column(Numeric(8, 4, asdecimal=False))
    active: Mapped[bool] = mapped_column(default=True)
    status: Mapped[Status | None]
    grade: Mapped[Grade | None]
    level: Mapped[str | None] = mapped_column(Choice("low", "high", name="shop_level"))
    code: Mapped[UUID | None]
    token: Mapped[str | None] = mapped_column(Uuid(as_uuid=False))
    made_on: Mapped[date | None]
    opens: Mapped[time | None]
    sold_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    local_at: Mapped[datetime | None] = mapped_column(DateTime)
    secret: Mapped[bytes | None]
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("shop_suppliers.id"))
    category_id: Mapped[int | None] = mapped_column(ForeignKey("shop_categories.id"))

    supplier: Mapped[Supplier | None] = relationship()
    category: Mapped[Category | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=tagged)
    reviews: Mapped[list[Review]] = relationship(order_by=Review.stars.desc())
