import pytest
from bookshop import Author

from ftf.orm import Page


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
    assert "ORDER BY authors.born DESC, authors.id ASC" in statements[0]


@pytest.mark.parametrize(("name", "numbers"), [("page", (0, 2)), ("per_page", (1, 0))])
async def test_edge_18_numbers_below_one_are_refused(authors, name, numbers):
    with pytest.raises(ValueError, match=f"{name} must be at least 1, not 0"):
        await authors.query().paginate(*numbers)


def test_mapping_a_page_keeps_its_place():
    page = Page.of([1, 2], total=5, per_page=2, current_page=2)
    assert page.map(str) == Page.of(["1", "2"], total=5, per_page=2, current_page=2)
