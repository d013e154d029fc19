"""Filters by related records, and by functions."""

from datetime import UTC, datetime

import pytest
from shop import Category, Product, Review, Supplier, Tag, tagged
from sqlalchemy import insert

from ftf.orm import CustomFilter, Filter, FilterSet, QueryBuilder, Sort

RELATED = FilterSet(
    Product,
    Filter(Supplier.name, "eq", "ne", name="supplier", via=(Product.supplier,)),
    Filter(Tag.name, "eq", "in", "starts", name="tag", via=(Product.tags,)),
    Filter(Tag.note, "null", name="note", via=(Product.tags,)),
    Filter(Review.stars, "eq", "gte", name="stars", via=(Product.reviews,)),
    Filter(Review.text, "eq", name="text", via=(Product.reviews,)),
    Filter(Category.name, "eq", name="above", via=(Product.category, Category.parent)),
    sorts=(Sort(Product.id),),
    default="id",
)
TREE = FilterSet(
    Category,
    Filter(Category.name, "eq", name="parent", via=(Category.parent,)),
    Filter(Category.name, "in", name="child", via=(Category.children,)),
)


@pytest.fixture
async def stocked(products, session) -> None:
    rows: dict[type | object, list[dict[str, object]]] = {
        Supplier: [{"name": "Ann", "open": True}, {"name": "Bo", "open": False}],
        Category: [
            {"id": 1, "name": "drinks", "parent_id": None},
            {"id": 2, "name": "tea", "parent_id": 1},
        ],
        Product: [
            {"id": 1, "name": "green", "supplier_id": 1, "category_id": 2},
            {"id": 2, "name": "black", "supplier_id": 2, "category_id": 1},
            {"id": 3, "name": "cup", "supplier_id": None, "category_id": None},
        ],
        Tag: [{"name": "new", "note": None}, {"name": "bio", "note": "checked"}],
        tagged: [
            {"product_id": 1, "tag_id": 1},
            {"product_id": 1, "tag_id": 2},
            {"product_id": 2, "tag_id": 1},
        ],
        Review: [
            {"product_id": 1, "stars": 5, "text": "good", "deleted_at": None},
            {"product_id": 1, "stars": 1, "text": "cold", "deleted_at": None},
            {"product_id": 2, "stars": 5, "text": "gone", "deleted_at": datetime.now(UTC)},
        ],
    }
    for table, values in rows.items():
        await session.execute(insert(table), values)
    await session.commit()


@pytest.mark.parametrize(
    ("params", "shown"),
    [
        ("supplier=Ann", ["green"]),
        ("supplier__ne=Ann", []),  # Bo is not open, and the cup has no supplier
        ("supplier=Bo", []),
        ("tag=new", ["green", "black"]),
        ("tag__in=new&tag__in=bio", ["green", "black"]),
        ("tag__starts=B", ["green"]),
        ("tag=bio&note=true", ["green"]),
        ("note=true", ["green", "black"]),
        ("stars=5", ["green"]),
        ("stars=5&text=cold", ["green"]),
        ("stars__gte=6", []),
        ("above=drinks", ["green"]),
    ],
)
async def test_resource_20_a_filter_finds_records_with_a_related_one(
    stocked, products, params, shown
):
    params = params.replace("note=true", "note__null=true")
    query = products.query().apply_filters(params, allow=RELATED)
    assert await query.pluck(Product.name) == shown
    page = await query.paginate()
    assert ([it.name for it in page.items], page.total) == (shown, len(shown))
    assert "EXISTS" in query.to_sql()


async def test_resource_20_a_model_can_be_related_to_itself(stocked, products, session):
    from ftf.orm import Repository

    categories = Repository(session, Category)
    (found,) = await categories.query().apply_filters("parent=drinks", allow=TREE).get()
    assert found.name == "tea"
    params = "child__in=tea&child__in=x"
    (found,) = await categories.query().apply_filters(params, allow=TREE).get()
    assert found.name == "drinks"


async def test_resource_20_a_filter_behind_relationships_costs_three_times_as_much_each():
    costs = {"supplier=a": 3, "supplier__ne=a": 6, "tag__starts=a": 12, "above=a": 9}
    assert {params: RELATED.parse(params).cost for params in costs} == costs


async def test_resource_27_no_filter_widens_the_query(products, names):
    await products.create_many(
        {"name": name, "stock": stock, "small": small}
        for name, stock, small in (("a", 0, 1), ("b", 5, 1), ("c", 0, 2), ("d", 5, 2))
    )
    allow = FilterSet(
        Product,
        CustomFilter(
            "odd",
            bool,
            lambda query, yes: query.where(Product.name == "a").or_where(
                (Product.stock > 0) == yes
            ),
        ),
        Filter(Product.small),
        sorts=(Product.name,),
        default="name",
    )
    query = products.query().where(Product.small == 2)
    shown = await allow.parse("odd=true").apply(query).pluck(Product.name)
    assert shown == ["d"]
    assert await names(allow, "odd=true&small=1") == ["a", "b"]
    either = products.query().where(Product.name == "a").or_where(Product.name == "d")
    assert await allow.parse("small=2").apply(either).pluck(Product.name) == ["d"]
    scoped = products.query().within(Product.small == 1)
    assert await allow.parse("odd=true").apply(scoped).pluck(Product.name) == ["a", "b"]


async def test_resource_26_a_custom_filter_returns_its_query(products):
    other = FilterSet(Product, CustomFilter("x", bool, lambda _query, _: object()))
    with pytest.raises(TypeError, match="has to return its query for Product"):
        other.parse("x=true").apply(products.query())


async def test_resource_54_a_list_keeps_what_the_repository_keeps(products, session):
    from ftf.orm import BaseRepository

    class Sold(BaseRepository[Product]):
        def query(self):
            return super().query().within(Product.stock > 0)

    await products.create_many([{"name": "a", "stock": 0}, {"name": "b", "stock": 1}])
    allow = FilterSet(Product, Filter(Product.name, "in"))
    query = Sold(session).query().apply_filters("name__in=a&name__in=b", allow=allow)
    assert await query.pluck(Product.name) == ["b"]


async def test_criteria_are_for_queries_of_their_model(session, products):
    from ftf.orm import Repository

    with pytest.raises(TypeError, match="these criteria are for Product"):
        Repository(session, Category).query().apply_filters("", allow=RELATED)


async def test_filters_through_relationships_ask_about_no_other_records_than_those_seen(
    stocked, products, session
):
    seen = {
        Category: QueryBuilder(session, Category).where(Category.name != "drinks"),
        Tag: QueryBuilder(session, Tag).where(Tag.name == "new"),
    }
    for params, whole, of_seen in (
        ("tag=bio", [1], []),
        ("tag=new", [1, 2], [1, 2]),
        ("above=drinks", [1], []),
        ("supplier=Ann", [1], [1]),
    ):
        asked = RELATED.parse(params)
        assert await asked.apply(products.query()).pluck(Product.id) == whole
        assert await asked.apply(products.query(), seen).pluck(Product.id) == of_seen
    assert RELATED.parse("above=tea&tag=new").related_models == {Category, Tag}
    assert RELATED.parse("").related_models == set()
