"""A shop's catalogue: models, schemas and resources that the tests of this folder share."""

from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator
from pydantic.alias_generators import to_camel
from sqlalchemy import JSON, CheckConstraint, Column, ForeignKey, MetaData, Numeric, String, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, registry, relationship

from ftf.http import get
from ftf.http.resources import MISSING, Count, Needs, ResourceController
from ftf.http.types import Id, Line
from ftf.orm import (
    Base,
    CustomFilter,
    Filter,
    FilterSet,
    Include,
    QueryBuilder,
    SoftDeletes,
    Timestamps,
)


class Model(Base):
    __abstract__ = True
    metadata = MetaData()
    registry = registry()  # tests of other packages have models of the same names


class Kind(Enum):
    PLAIN = "plain"
    GIFT = "gift"


product_tags = Table(
    "product_tags",
    Model.metadata,
    Column("product_id", ForeignKey("products.id"), primary_key=True),
    Column("tag_id", ForeignKey("tags.id"), primary_key=True),
)


class Country(Model):
    __tablename__ = "countries"
    code: Mapped[str] = mapped_column(String(2), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))


class Supplier(Model):
    __tablename__ = "suppliers"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    secret: Mapped[str] = mapped_column(String(100), default="hush")
    country_code: Mapped[str | None] = mapped_column(ForeignKey("countries.code"))
    country: Mapped[Country | None] = relationship()


class Tag(Model):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(50))


class Product(Timestamps, Model):
    __tablename__ = "products"
    __table_args__ = (CheckConstraint("stock >= 0", name="stock_not_negative"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    sku: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    price: Mapped[Decimal] = mapped_column(Numeric(10, 2))
    stock: Mapped[int] = mapped_column(default=0)
    kind: Mapped[Kind] = mapped_column(default=Kind.PLAIN)
    sold_from: Mapped[datetime | None]
    size: Mapped[dict[str, object] | None] = mapped_column(JSON)
    cost: Mapped[Decimal] = mapped_column(Numeric(10, 2), default=0)
    hidden: Mapped[bool] = mapped_column(default=False)
    supplier_id: Mapped[int | None] = mapped_column(ForeignKey("suppliers.id"))
    supplier: Mapped[Supplier | None] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary=product_tags)
    reviews: Mapped[list["Review"]] = relationship(
        back_populates="product", order_by="Review.stars.desc()"
    )

    @property
    def made_by(self) -> str:
        return self.supplier.name if self.supplier else ""


class Review(SoftDeletes, Model):
    __tablename__ = "reviews"
    id: Mapped[int] = mapped_column(primary_key=True)
    stars: Mapped[int]
    text: Mapped[str] = mapped_column(String(500), default="")
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    product: Mapped[Product] = relationship(back_populates="reviews")


class CountryOut(BaseModel):
    code: str
    name: str


class SupplierOut(BaseModel):
    id: int
    name: str
    country: CountryOut | None


class ReviewOut(BaseModel):
    id: int
    stars: int
    text: str


class TagOut(BaseModel):
    name: str


class Size(BaseModel):
    width: int
    height: int
    unit: str | None = None


class ProductIn(BaseModel):
    sku: Annotated[Line, Field(max_length=20)]
    name: Line
    price: Annotated[Decimal, Field(ge=0, max_digits=10, decimal_places=2)]
    stock: Annotated[int, Field(le=1_000)] = 0
    kind: Kind = Kind.PLAIN
    size: Size | None = None
    supplier_id: Id | None = None

    @field_validator("sku")
    @classmethod
    def upper(cls, sku: str) -> str:
        return sku.upper()

    @model_validator(mode="after")
    def gifts_are_free(self) -> "ProductIn":
        if self.kind is Kind.GIFT and self.price:
            raise ValueError("a gift has no price")
        return self


class ProductOut(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel)
    id: int
    sku: str
    name: str
    price: Decimal
    stock: int
    kind: Kind
    size: dict[str, object] | None
    tags: list[TagOut]
    made_by: Annotated[str, Needs(Product.supplier)]
    reviews_count: Annotated[int, Count(Product.reviews)]
    supplier: SupplierOut | MISSING | None = MISSING
    reviews: list[ReviewOut] | MISSING = MISSING


class Products(ResourceController[Product, ProductIn, ProductOut]):
    prefix = "/products"
    tags = ("products",)
    filters = FilterSet(
        Product,
        Filter(Product.price, "gte", "lte"),
        Filter(Product.name, "contains"),
        Filter(Product.kind, "in"),
        Filter(Tag.name, "in", name="tag", via=(Product.tags,)),
        CustomFilter("sold_out", bool, lambda query, yes: query.where((Product.stock == 0) == yes)),
        sorts=(Product.name, Product.price),
        includes=(Include(Product.supplier), Include(Product.reviews, limit=2)),
        search=(Product.name, Product.sku),
    )

    def scope(self, query: QueryBuilder[Product]) -> QueryBuilder[Product]:
        return query.within(~Product.hidden)

    @get("/export")
    async def export(self) -> list[str]:
        return [product.sku for product in await self.query().get()]


class ReviewIn(BaseModel):
    stars: Annotated[int, Field(ge=1, le=5)]
    text: str = ""


class Reviews(ResourceController[Review, ReviewIn, ReviewOut]):
    prefix = "/products/{product}/reviews"
    actions = ("index", "show", "store", "update", "replace", "destroy")
    parent = Review.product

    @get("/best")
    def best(self) -> str:
        return f"best of {self._parent_key}"

    def parents(self, query: QueryBuilder[DeclarativeBase]) -> QueryBuilder[DeclarativeBase]:
        return query.where(~Product.hidden)


TEA = {"sku": "tea", "name": "Green tea", "price": "4.50"}


def product(number: int = 1, **values: object) -> Product:
    return Product(**{"sku": f"S{number}", "name": f"N{number}", "price": number, **values})


def codes(answer) -> list[tuple[str, str]]:
    return [(each["pointer"], each["code"]) for each in answer.json()["errors"]]
