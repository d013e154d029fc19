"""What type checkers must make of resources; never executed."""

from collections.abc import Mapping
from typing import Annotated, assert_type

from pydantic import BaseModel
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.http import Controller, FastTrackFramework, Reply, get, patch
from ftf.http.resources import (
    MISSING,
    AnyPage,
    Bound,
    Checked,
    Count,
    FromQuery,
    Partial,
    Projection,
    ResourceController,
)
from ftf.http.types import Id, Line
from ftf.orm import Base, Criteria, Filter, FilterSet, QueryBuilder, Repository, Unique


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)


class Product(Base):
    __tablename__ = "products"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    tags: Mapped[list[Tag]] = relationship()


class ProductIn(BaseModel):
    name: Annotated[Line, Unique(Product.name)]


class TagOut(BaseModel):
    id: Id


class ProductOut(BaseModel):
    id: Id
    tags_count: Annotated[int, Count(Product.tags)]
    tags: list[TagOut] | MISSING = MISSING


PRODUCTS = FilterSet(Product, Filter(Product.name, "contains"))


class Products(ResourceController[Product, ProductIn, ProductOut]):
    prefix = "/products"
    filters = PRODUCTS

    def __init__(self, products: Repository[Product]) -> None:
        super().__init__(products)

    async def show(self, id: object, asked: Criteria[Product]) -> ProductOut:  # noqa: A002  # its name in the path
        out = await super().show(id, asked)
        assert_type(out, ProductOut)
        return out

    async def storing(self, record: Product, body: ProductIn) -> None:
        record.name = body.name

    async def updating(self, record: Product, changes: Mapping[str, object]) -> None: ...

    def scope(self, query: QueryBuilder[Product]) -> QueryBuilder[Product]:
        return query.where(Product.id > 0)

    @get("/first")
    async def first(self) -> Reply[ProductOut]:
        return Reply(await self.shown((await self.found(1)).id), {"X-First": "1"})


class OtherHook(ResourceController[Product, ProductIn, ProductOut]):
    async def storing(self, record: Tag, body: ProductIn) -> None: ...  # type: ignore[override]  # pyright: ignore[reportIncompatibleMethodOverride]


class OtherFilters(ResourceController[Product, ProductIn, ProductOut]):
    filters = FilterSet(Tag)  # type: ignore[arg-type]  # pyright: ignore[reportAssignmentType]


class NoSchema(ResourceController[Product, int, ProductOut]):  # type: ignore[type-var]  # pyright: ignore[reportInvalidTypeArguments]
    pass


class ByHand(Controller):
    prefix = "/by-hand"

    def __init__(self, products: Repository[Product]) -> None:
        self.products = products

    @get()
    async def index(
        self, asked: Annotated[Criteria[Product], FromQuery(PRODUCTS)]
    ) -> AnyPage[ProductOut]:
        out = Projection(Product, ProductOut).including(asked.includes)
        query = self.products.query()
        page = await out.load(asked.apply(query)).paginate(asked.page, asked.per_page)
        return await out.page(query, page)

    @patch("/{product}")
    async def update(self, product: Bound[Product], body: Checked[ProductIn]) -> str:
        assert_type(product, Product)
        assert_type(body, ProductIn)
        return body.name


def changes(body: Partial[ProductIn]) -> dict[str, object]:
    return body.changes()


app = FastTrackFramework()
app.add_controller(Products)


class OutOfStockError(Exception):
    left = 0


app.map_error(OutOfStockError, 409, type="out-of-stock", members=lambda error: {"left": error.left})
app.map_error(OutOfStockError, 409, members=lambda error: {"left": error.rest})  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownLambdaType, reportUnknownMemberType]
