"""What type checkers must make of filters; never executed."""

from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Annotated, Self, assert_type
from uuid import UUID

from sqlalchemy import ForeignKey, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ftf.container import Container
from ftf.orm import (
    Base,
    Criteria,
    CustomFilter,
    Exists,
    Fault,
    Filter,
    FilterSet,
    Include,
    InvalidCriteria,
    Limits,
    QueryBuilder,
    Repository,
    Rules,
    RuleViolation,
    Sort,
    Unique,
)


class Status(Enum):
    OPEN = "open"


class Tag(Base):
    __tablename__ = "typed_tags"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    note: Mapped[str | None]
    product_id: Mapped[int] = mapped_column(ForeignKey("typed_products.id"))


class Product(Base):
    __tablename__ = "typed_products"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    price: Mapped[Decimal]
    stock: Mapped[int | None]
    weight: Mapped[float]
    status: Mapped[Status]
    code: Mapped[UUID]
    made_on: Mapped[date | None]
    sold_at: Mapped[datetime]
    tags: Mapped[list[Tag]] = relationship()


Filter(Product.name, "eq", "ne", "in", "not_in", "null", "contains", "starts", "ends")
Filter(Tag.note, "contains", name="note", via=(Product.tags,))
Filter(Product.price, "eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in", "null")
Filter(Product.stock, "gte", unshown=True)
Filter(Product.weight, "lt", "gte", "null")
Filter(Product.status, "eq", "in")
Filter(Product.code)
Filter(Product.made_on, "lte")
Filter(Product.sold_at, "lt")
Filter(func.lower(Product.name), "eq", name="lower")

Filter(Product.price, "contains")  # type: ignore[call-overload]
Filter(Product.sold_at, "starts")  # type: ignore[call-overload]
Filter(Product.price, "gtee")  # type: ignore[call-overload]
Filter(Product.name, "gte")  # type: ignore[call-overload]
Filter(Product.status, "lt")  # type: ignore[call-overload]
Filter(Product.name, via=("tags",))  # type: ignore[arg-type]
Filter("name")  # type: ignore[call-overload]
Include("tags")  # type: ignore[arg-type]

PRODUCTS = FilterSet(
    Product,
    Filter(Product.price, "gte", "lte"),
    Filter(Tag.name, "in", name="tag", via=(Product.tags,)),
    CustomFilter("sold_out", bool, lambda query, yes: query.where((Product.stock == 0) == yes)),
    CustomFilter("since", date, lambda query, day: query.where(Product.made_on >= day)),
    sorts=(Product.name, Product.price, Sort(Product.id, unshown=True)),
    default="-price",
    includes=(Include(Product.tags, limit=20),),
    search=(Product.name,),
    paging="cursor",
    limits=Limits(cost=100),
)
assert_type(PRODUCTS, FilterSet[Product])
TAGS = FilterSet(Tag, Filter(Tag.name, "contains"))
assert_type(TAGS.parse("name__contains=a"), Criteria[Tag])


class Controller[M: DeclarativeBase]:
    filters: FilterSet[M]


class Products(Controller[Product]):
    filters = PRODUCTS


class Foreign(Controller[Product]):
    filters = TAGS  # type: ignore[assignment]


class ProductQuery(QueryBuilder[Product]):
    def cheap(self) -> Self:
        return self.where(Product.price < 1)


async def lists(query: ProductQuery, session: AsyncSession) -> None:
    asked = PRODUCTS.parse([("price__gte", "1")], besides={"debug"})
    assert_type(asked, Criteria[Product])
    assert_type(asked.apply(query), QueryBuilder[Product])
    assert_type(query.apply_filters({"tag__in": ["a", "b"]}, allow=PRODUCTS).cheap(), ProductQuery)
    TAGS.parse("").apply(query)  # type: ignore[arg-type]
    query.apply_filters("", allow=TAGS)  # type: ignore[arg-type]
    CustomFilter[Product]("x", int, lambda query, day: query.where(day.year))  # type: ignore[attr-defined]
    FilterSet(Product, sorts=("name",))  # type: ignore[arg-type]
    FilterSet(Product, search=(Product.price,))  # type: ignore[arg-type]
    FilterSet(Product, paging="pages")  # type: ignore[arg-type]
    records = await asked.apply(query).get()
    assert_type(await query.related(records, Product.tags, limit=2), list[list[Tag]])
    try:
        PRODUCTS.parse("x=1")
    except InvalidCriteria as error:
        assert_type(error.faults, tuple[Fault, ...])
    assert_type(Repository(session, Product), Repository[Product])
    assert_type(await Container().aresolve(Repository[Product]), Repository[Product])


class Policy: ...


def cheap(query: QueryBuilder[Product]) -> QueryBuilder[Product]:
    return query.where(Product.price < 1)


EXISTS = Exists(Product.id)
assert_type(Exists(Product.id, visible=cheap), Exists[Product])
Exists(Product.id, visible=Policy)
Exists(Product.id, visible=1)  # type: ignore[arg-type]
Exists("id")  # type: ignore[arg-type]
Unique("id")  # type: ignore[arg-type]


async def visibility(kind: type[object], query: QueryBuilder[Base]) -> QueryBuilder[Base]:
    return query


class Body:
    price: Annotated[Decimal, Exists(Product.price), Unique(Product.price, Product.name)]


async def rules(session: AsyncSession, product: Product) -> None:
    asked = Rules(session)
    asked.add(EXISTS, "/id", 1)
    asked.add(Exists(Product.id, visible=cheap), "/id", 1)
    asked.add(Unique(Product.name, Product.price), "", "tea", 1, record=product)
    asked.add(Product.id, "/id", 1)  # type: ignore[arg-type]
    try:
        await asked.check()
    except RuleViolation as error:
        assert_type(error.faults, tuple[Fault, ...])
    async with asked.explaining():
        pass
