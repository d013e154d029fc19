import pytest
from shop import Product

from ftf.orm import Filter, FilterSet, QueryBuilder, Repository


@pytest.fixture
async def products(session) -> Repository[Product]:
    return Repository(session, Product)


@pytest.fixture
def names(products):
    """The names of the products that a list shows, in their order."""

    async def find(allow: FilterSet[Product], params: object) -> list[str | None]:
        query: QueryBuilder[Product] = products.query().apply_filters(params, allow=allow)
        return await query.pluck(Product.name)

    return find


@pytest.fixture
def every() -> FilterSet[Product]:
    """A filter set with every operator of each column."""
    number = ("eq", "ne", "lt", "lte", "gt", "gte", "in", "not_in")
    text = ("eq", "ne", "in", "not_in", "contains", "starts", "ends")
    order = ("lt", "lte", "gt", "gte", "null")
    same = ("eq", "ne", "in", "not_in", "null")
    return FilterSet(
        Product,
        Filter(Product.name, *text, "null"),
        Filter(Product.sku, *text),
        Filter(Product.price, *number),
        Filter(Product.amount, *number, "null"),
        Filter(Product.stock, *number),
        Filter(Product.small, *number, "null"),
        Filter(Product.big, *number, "null"),
        Filter(Product.weight, *order),
        Filter(Product.ratio, *order),
        Filter(Product.active, "eq", "ne"),
        Filter(Product.status, *same),
        Filter(Product.grade, *same),
        Filter(Product.code, *same),
        Filter(Product.level, *same),
        Filter(Product.token, *same),
        Filter(Product.made_on, *number, "null"),
        Filter(Product.opens, *number, "null"),
        Filter(Product.sold_at, *number, "null"),
        Filter(Product.seen_at, *number, "null"),
        Filter(Product.local_at, *number, "null"),
        sorts=(Product.name, Product.price, Product.sold_at),
        search=(Product.name, Product.sku),
    )
