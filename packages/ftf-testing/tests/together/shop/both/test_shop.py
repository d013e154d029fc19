import pytest
from factories import PostFactory
from models import Author, Post
from shop import CLOCK

from ftf.testing import (
    assert_count,
    assert_has,
    assert_missing,
    assert_no_n_plus_one,
    assert_queries,
    assert_same_query_count,
)


class Stopped:
    now = "noon"


@pytest.fixture
async def posts(factory):
    return await factory(PostFactory).create_many(3)


class TestShop:
    @pytest.mark.parametrize("turn", [1, 2])
    async def test_a_post_is_published(self, client, db_session, query_counter, turn):
        await assert_count(db_session, Post, 0)
        query_counter.reset()
        assert (await client.post("/", params={"title": "Hello"})).status_code == 201
        assert query_counter == 3
        await assert_has(db_session, Post, title="Hello")
        await assert_missing(db_session, Author, name="Bo")

    @pytest.mark.max_queries(2)
    async def test_posts_are_listed(self, posts, client, override):
        override(CLOCK, Stopped)
        with assert_queries(2), assert_no_n_plus_one():
            shop = (await client.get("/")).json()
        assert shop["now"] == "noon"
        assert [post["title"] for post in shop["posts"]] == [post.title for post in posts]

    async def test_listing_costs_the_same_for_many(self, client, factory):
        store = factory(PostFactory).create_many
        await assert_same_query_count(
            lambda _: client.get("/"), small=lambda: store(1), large=lambda: store(4)
        )

    async def test_a_post_is_published_for_good(self, client, committing_db):
        assert (await client.post("/", params={"title": "Hello"})).status_code == 201
        async with committing_db() as session:
            await assert_has(session, Post, title="Hello")

    async def test_the_clock_goes_on(self, client, db_session):
        assert (await client.get("/")).json() == {"now": "now", "posts": []}


def test_migrations(migrations):
    migrations.check()
