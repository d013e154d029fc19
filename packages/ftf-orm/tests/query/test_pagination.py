import copy
import pickle

import pytest
from bookshop import Author

from ftf.orm import InvalidArgument, Page


@pytest.fixture
async def five(authors) -> None:
    for name in "abcde":
        await authors.create(Author(name=name))


async def test_a_page_knows_where_it_stands(authors, five):
    page = await authors.query().order_by(Author.name).paginate(page=2, per_page=2)
    assert [author.name for author in page.items] == ["c", "d"]
    assert (page.total, page.per_page, page.current_page, page.last_page) == (5, 2, 2, 3)
    assert page.has_more


async def test_the_last_page_has_no_more(authors, five):
    page = await authors.query().oldest().paginate(page=3, per_page=2)
    assert [author.name for author in page.items] == ["e"]
    assert not page.has_more


async def test_edge_17_a_page_past_the_end_still_knows_the_total(authors, five):
    page = await authors.query().oldest().paginate(page=9, per_page=2)
    assert (page.items, page.total, page.last_page, page.has_more) == ([], 5, 3, False)


async def test_edge_17_an_empty_table_has_one_empty_page(authors):
    page = await authors.query().paginate()
    assert page == Page([], total=0, per_page=20, current_page=1, last_page=1, has_more=False)


async def test_no_record_is_on_two_pages_when_the_order_leaves_it_open(authors, statements):
    await authors.query().order_by(Author.born, "desc").paginate(page=2)
    assert "ORDER BY authors.born DESC, authors.id" in statements[0]


@pytest.mark.parametrize(("name", "numbers"), [("page", (0, 2)), ("per_page", (1, 0))])
async def test_edge_18_numbers_below_one_are_refused(authors, name, numbers):
    with pytest.raises(InvalidArgument, match=f"{name} must be at least 1, not 0") as caught:
        await authors.query().paginate(*numbers)
    assert caught.value.argument == name


async def test_edge_18_numbers_have_an_upper_limit(authors):
    with pytest.raises(InvalidArgument, match="per_page must be at most 1000, not 1001"):
        await authors.query().paginate(per_page=1_001)
    with pytest.raises(InvalidArgument, match=f"page must be at most {2**63 // 20 + 1}, not "):
        await authors.query().paginate(page=2**63)
    assert (await authors.query().paginate(page=2**63 // 20 + 1)).items == []


@pytest.mark.parametrize("numbers", [(1.5,), ("2",), (1, 2.0), (True,), (None,)])
async def test_edge_18_what_is_no_whole_number_is_refused(authors, numbers):
    with pytest.raises(TypeError, match=r"page must be a whole number, not "):
        await authors.query().paginate(*numbers)


async def test_a_page_cannot_be_cut_once_more(authors, five):
    page = authors.query().paginate(page=2, per_page=2)
    with pytest.raises(ValueError, match=r"a page has a limit: leave limit\(0\) out"):
        page.limit(0)
    with pytest.raises(ValueError, match=r"a page has an offset: leave offset\(1\) out"):
        page.offset(1)
    assert (await page.first_or_fail()).name == "c"
    assert await page.value(Author.name) == "c"
    assert (await page.paginate(page=3, per_page=2).sole()).name == "e"


async def test_a_page_can_be_asked_for_without_the_number_of_all(authors, five, statements):
    query = authors.query().order_by(Author.name).paginate(page=2, per_page=2)
    assert [author.name for author in await query.get()] == ["c", "d"]
    assert len(statements) == 1
    assert [author.name for author in await query.where(Author.name > "b").get()] == ["e"]


@pytest.mark.parametrize(("page", "queries"), [(1, 2), (2, 2), (3, 1), (4, 2)])
async def test_a_page_that_is_not_full_is_not_counted(authors, five, statements, page, queries):
    found = await authors.query().paginate(page=page, per_page=2)
    assert (found.total, found.last_page) == (5, 3)
    assert len(statements) == queries


async def test_edge_18_a_record_that_goes_meanwhile_leaves_a_page_that_is_right(authors, five):
    query = authors.query().paginate(page=1, per_page=5)
    await authors.delete(await authors.query().first_or_fail())
    page = await query
    assert (len(page.items), page.total, page.last_page) == (4, 4, 1)


async def test_edge_59_a_page_can_be_copied_and_pickled(authors):
    page = await authors.query().paginate()
    assert pickle.loads(pickle.dumps(page)) == copy.deepcopy(page) == page  # noqa: S301  # ours


def test_mapping_a_page_keeps_its_place():
    page = Page.of([1, 2], total=5, per_page=2, current_page=2)
    assert page.map(str) == Page.of(["1", "2"], total=5, per_page=2, current_page=2)


async def test_an_order_may_follow_the_page(authors, five, statements):
    query = authors.query().paginate(page=1, per_page=2)
    assert [author.name for author in (await query.latest()).items] == ["e", "d"]
    by_name = query.order_by(Author.name, "desc")
    assert await by_name.pluck(Author.name) == ["e", "d"]
    assert await authors.query().where_in(Author.id, by_name).count() == 2
    assert (await by_name.first()).name == "e"
    assert await by_name.value(Author.name) == "e"
    statements.clear()
    await by_name.reorder().first()
    assert "ORDER BY authors.id" in statements[0]


@pytest.mark.parametrize(("page", "names"), [(1, ["e", "d"]), (2, ["c", "b"]), (3, ["a"]), (4, [])])
async def test_a_simple_page_is_one_query_and_knows_whether_another_follows(
    authors, five, statements, page, names
):
    found = await authors.query().latest().simple_paginate(page, per_page=2)
    assert [author.name for author in found.items] == names
    assert (found.has_more, found.current_page, found.per_page) == (page < 3, page, 2)
    assert len(statements) == 1
    assert found.map(lambda author: author.name).items == names


async def test_a_simple_page_that_is_exactly_full_is_the_last(authors, five):
    assert not (await authors.query().simple_paginate(per_page=5)).has_more


async def test_edge_18_numbers_of_a_simple_page_are_checked(authors):
    with pytest.raises(ValueError, match="page must be at least 1, not 0"):
        await authors.query().simple_paginate(0)
    with pytest.raises(ValueError, match=r"simple_paginate\(\) sets limit and offset"):
        await authors.query().limit(1).simple_paginate()
