"""The order, the page, the search and the includes of a list."""

from itertools import permutations

import pytest
from shop import Category, Person, Product, Review, Supplier

from ftf.orm import FilterSet, Include, InvalidCriteria, Limits, RelationNotLoaded, Repository, Sort

SORTED = FilterSet(Product, sorts=(Product.name, Product.price, Product.small, Product.stock))
INCLUDING = FilterSet(
    Product,
    includes=(
        Include(Product.supplier),
        Include(Product.category, Category.parent),
        Include(Product.reviews, Review.author, limit=2),
    ),
)


def fault(allow: FilterSet[Product], params: object) -> tuple[str, str]:
    with pytest.raises(InvalidCriteria, match=r"must|has|lists") as caught:
        allow.parse(params)
    (found,) = caught.value.faults
    return found.pointer, found.code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("-", "unknown_sort"),
        ("--name", "unknown_sort"),
        ("name,", "empty"),
        (",name", "empty"),
        ("name,-name", "repeated"),
        ("name,price,small,stock", "too_many"),
        ("sku", "unknown_sort"),
        ("Name", "unknown_sort"),
        (" name", "unknown_sort"),
        ("+name", "unknown_sort"),
        ("name desc", "unknown_sort"),
        ("name;drop table shop_products", "unknown_sort"),
    ],
)
def test_resource_17_an_order_that_is_not_offered_is_a_fault(text, code):
    assert fault(SORTED, {"sort": text}) == ("/sort", code)


def test_resource_17_a_fault_of_an_order_lists_what_is_allowed():
    with pytest.raises(InvalidCriteria, match="unknown name") as caught:
        SORTED.parse("sort=sku")
    allowed = ("name", "-name", "price", "-price", "small", "-small", "stock", "-stock")
    assert caught.value.faults[0].allowed == allowed


async def test_resource_17_nulls_come_last_in_both_directions(products, names):
    await products.create_many({"name": name} for name in ("b", None, "a", "c"))
    assert await names(SORTED, "sort=name") == ["a", "b", "c", None]
    assert await names(SORTED, "sort=-name") == ["c", "b", "a", None]
    rows = await products.query().apply_filters("sort=-name", allow=SORTED).cursor_paginate(None, 2)
    more = products.query().apply_filters("sort=-name", allow=SORTED)
    rest = await more.cursor_paginate(rows.next_cursor, 2)
    assert [it.name for it in (*rows.items, *rest.items)] == ["c", "b", "a", None]


async def test_an_order_that_is_asked_for_replaces_that_of_the_query(products, names):
    await products.create_many({"name": name} for name in "bac")
    query = products.query().order_by(Product.name, "desc")
    assert [it.name for it in await SORTED.parse("sort=name").apply(query).get()] == [*"abc"]
    assert [it.name for it in await SORTED.parse().apply(query).get()] == [*"cba"]
    default = FilterSet(Product, sorts=(Sort(Product.name, name="title"),), default="-title")
    assert [it.name for it in await default.parse().apply(query).get()] == [*"cba"]
    assert await names(default, "sort=title") == [*"abc"]
    assert default.parse().sorts == ("-title",)
    assert default.parse("page=1").sorts == ("-title",)
    assert await names(FilterSet(Product), "") == [*"bac"]


async def test_resource_18_equal_records_are_on_one_page_each(products):
    await products.create_many({"stock": number % 2} for number in range(50))
    for size in range(1, 51):
        seen = []
        for page in range(1, -(-50 // size) + 1):
            asked = SORTED.parse(f"sort=-stock&page={page}&per_page={size}")
            query = asked.apply(products.query()).paginate(asked.page, asked.per_page)
            seen += await query.pluck(Product.id)
        assert len(seen) == 50
        assert sorted(seen) == [*range(1, 51)]


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ("page=0", "out_of_range"),
        ("page=-1", "out_of_range"),
        ("page=1000001", "out_of_range"),
        ("per_page=0", "out_of_range"),
        ("per_page=101", "out_of_range"),
        ("page=abc", "integer"),
        ("page=", "integer"),
        ("page=9223372036854775808", "out_of_range"),
        ("page=501", "too_far"),
        ("page=101&per_page=100", "too_far"),
    ],
)
def test_resource_24_a_page_is_within_its_limits(params, code):
    assert fault(SORTED, params)[1] == code


async def test_resource_24_a_page_behind_the_last_is_empty_with_the_true_total(products):
    await products.create_many({"stock": number} for number in range(3))
    asked = SORTED.parse("page=100&per_page=100")
    page = await asked.apply(products.query()).paginate(asked.page, asked.per_page)
    assert (page.items, page.total) == ([], 3)
    assert (SORTED.parse().page, SORTED.parse().per_page) == (1, 20)
    assert FilterSet(Product, per_page=5).parse("page=2").per_page == 5


def test_a_list_by_cursors_takes_no_page_number():
    by_cursor = FilterSet(Product, paging="cursor", limits=Limits(records=1))
    assert by_cursor.parse("cursor=abc&per_page=50").cursor == "abc"
    assert by_cursor.parse().cursor is None
    assert fault_code(by_cursor, "page=2") == "unknown_parameter"
    assert fault_code(SORTED, "cursor=abc") == "unknown_parameter"


def fault_code(allow: FilterSet[Product], params: str) -> str:
    with pytest.raises(InvalidCriteria, match="not a parameter") as caught:
        allow.parse(params)
    return caught.value.faults[0].code


async def test_words_are_searched_in_any_column_and_each_has_to_be_found(every, names, products):
    rows = {"green tea": "t1", "black tea": "t2", "green cup": "c-black", None: "none"}
    await products.create_many({"name": name, "sku": sku} for name, sku in rows.items())
    assert await names(every, "q=TEA") == ["green tea", "black tea"]
    assert await names(every, "q=green+tea") == ["green tea"]
    assert await names(every, "q=black") == ["black tea", "green cup"]
    assert await names(every, "q=none") == [None]
    assert every.parse("q=++a+b++").words == ("a", "b")
    assert fault(every, "q=") == ("/q", "empty")
    assert fault(every, "q=+") == ("/q", "empty")
    assert fault(every, "q=a+b+c+d+e+f") == ("/q", "too_many")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("owner", "unknown_include"),
        ("reviews", "unknown_include"),
        ("category", "unknown_include"),
        ("reviews.", "unknown_include"),
        (".reviews", "unknown_include"),
        ("supplier,", "empty"),
        ("supplier,supplier", "repeated"),
        ("a,b,c,d,e,f", "too_many"),
    ],
)
def test_resource_19_an_include_that_is_not_offered_is_a_fault(text, code):
    assert fault(INCLUDING, {"include": text}) == ("/include", code)


async def test_resource_19_includes_are_loaded_with_what_is_on_the_way(products, session):
    parent = await Repository(session, Category).create(Category(name="drinks"))
    category = await Repository(session, Category).create(Category(name="tea", parent_id=parent.id))
    supplier = await Repository(session, Supplier).create(Supplier(name="Ann"))
    await products.create(Product(category_id=category.id, supplier_id=supplier.id))
    query = products.query().fresh()
    (plain,) = await INCLUDING.parse("include=").apply(query).get()
    with pytest.raises(RelationNotLoaded, match="supplier"):
        _ = plain.supplier
    (whole,) = await INCLUDING.parse("include=supplier,category.parent").apply(query).get()
    assert (whole.supplier.name, whole.category.parent.name) == ("Ann", "drinks")


async def test_resource_19_and_38_includes_with_a_limit_are_read_apart(
    products, session, statements
):
    first, second = await products.create_many([{"name": "a"}, {"name": "b"}])
    ann = await Repository(session, Person).create(Person(name="Ann"))
    stars = [
        {"text": "x", "stars": n, "product_id": first.id, "author_id": ann.id} for n in (1, 3, 2)
    ]
    await Repository(session, Review).create_many(stars)
    asked = INCLUDING.parse("include=reviews.author")
    found = await asked.apply(products.query()).get()
    statements.clear()
    related = await asked.related(products.query(), found)
    assert len(statements) == 2
    assert [[it.stars for it in each] for each in related["reviews"]] == [[3, 2], []]
    assert related["reviews"][0][0].author.name == "Ann"
    with pytest.raises(RelationNotLoaded, match="reviews"):
        _ = found[0].reviews
    assert await INCLUDING.parse("include=supplier").related(products.query(), found) == {}
    assert second in found


def test_the_filter_set_of_a_record_takes_includes_alone():
    alone = INCLUDING.for_record
    assert [parameter.name for parameter in alone.parameters] == ["include"]
    assert [include.name for include in alone.parse("include=supplier").includes] == ["supplier"]
    for name in ("page", "per_page", "sort", "q"):
        assert fault_code(alone, f"{name}=1") == "unknown_parameter"
    assert SORTED.for_record.parameters == ()


def test_the_order_of_parameters_does_not_matter():
    pairs = [("sort", "name"), ("page", "2"), ("per_page", "5")]
    assert len({str(SORTED.parse(order)) for order in permutations(pairs)}) == 1
