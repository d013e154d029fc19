"""The first related records of each of several records."""

import pytest
from shop import Category, Person, Product, Review, Tag, tagged
from sqlalchemy import insert

from ftf.orm import InvalidArgument, RelationNotLoaded, Repository


@pytest.fixture
async def stocked(session) -> list[Product]:
    products = [{"id": number, "name": f"p{number}"} for number in (1, 2, 3)]
    await session.execute(insert(Product), products)
    await session.execute(insert(Person), [{"id": 1, "name": "Ann"}])
    await session.execute(insert(Tag), [{"id": n, "name": f"t{n}"} for n in (1, 2, 3)])
    pairs = [(1, 3), (1, 1), (1, 2), (2, 1)]
    await session.execute(insert(tagged), [{"product_id": p, "tag_id": t} for p, t in pairs])
    stars = [(3, 5), (3, 5), (3, 1), (3, 5), (2, 2), (2, 3)]  # of products 3 and 2
    reviews = [
        {"text": str(place), "stars": stars, "product_id": product, "author_id": 1}
        for place, (product, stars) in enumerate(stars)
    ]
    await session.execute(insert(Review), reviews)
    await session.commit()
    return await Repository(session, Product).query().order_by_key().get()


async def test_resource_38_each_record_has_its_first_ones_in_the_order_of_the_relationship(
    stocked, session, statements
):
    query = Repository(session, Product).query()
    statements.clear()
    found = await query.related(stocked, Product.reviews, limit=2)
    assert len(statements) == 1
    assert [[it.text for it in each] for each in found] == [[], ["5", "4"], ["0", "1"]]
    backwards = await query.related(stocked[::-1], Product.reviews, limit=3)
    assert [[it.text for it in each] for each in backwards] == [["0", "1", "3"], ["5", "4"], []]


async def test_resource_38_a_collection_stays_as_it_is_and_a_flush_deletes_nothing(
    stocked, session
):
    products = Repository(session, Product)
    await products.query().related(stocked, Product.reviews, limit=1)
    with pytest.raises(RelationNotLoaded, match=r"Product\.reviews"):
        _ = stocked[2].reviews
    stocked[2].name = "new"
    await products.update(stocked[2])
    assert await Repository(session, Review).count() == 6


async def test_related_records_can_be_narrowed_and_have_eager_loads(stocked, session):
    query = Repository(session, Product).query()
    found = await query.related(
        stocked,
        Product.reviews,
        limit=2,
        narrow=lambda part: part.where(Review.stars < 5).with_(Review.author),
    )
    assert [[it.text for it in each] for each in found] == [[], ["5", "4"], ["2"]]
    assert found[2][0].author.name == "Ann"
    part = Product.reviews.and_(Review.stars == 3)
    assert [len(each) for each in await query.related(stocked, part, limit=9)] == [0, 1, 0]
    await Repository(session, Review).delete(found[1][0])
    found = await query.related(stocked, Product.reviews, limit=1)
    assert [[it.text for it in each] for each in found] == [[], ["4"], ["0"]]


async def test_many_to_many_and_self_referential_relationships(stocked, session):
    query = Repository(session, Product).query()
    found = await query.related(stocked, Product.tags, limit=2)
    assert [[tag.id for tag in each] for each in found] == [[1, 2], [1], []]
    categories = Repository(session, Category)
    rows = [
        {"id": n, "name": str(n), "parent_id": p} for n, p in ((1, None), (2, 1), (3, 1), (4, 2))
    ]
    tree = await categories.create_many(rows)
    children = await categories.query().related(tree, Category.children, limit=1)
    assert [[it.id for it in each] for each in children] == [[2], [4], [], []]


async def test_what_related_does_not_take(stocked, session, statements):
    query = Repository(session, Product).query()
    statements.clear()
    assert await query.related([], Product.reviews, limit=1) == []
    with pytest.raises(InvalidArgument, match="limit must be at least 1"):
        await query.related(stocked, Product.reviews, limit=0)
    with pytest.raises(ValueError, match="leave limit and offset out"):
        await query.related(stocked, Product.reviews, limit=1, narrow=lambda part: part.limit(1))
    with pytest.raises(AttributeError, match="Product has no relationship"):
        await query.related(stocked, Category.children, limit=1)
    assert statements == []
