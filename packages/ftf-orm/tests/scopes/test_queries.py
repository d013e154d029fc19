"""Scopes and soft deletes in the queries of a model itself."""

import pytest
from archive import Comment, Post, User, View
from sqlalchemy import func, select, update

from ftf.orm import BaseRepository, QueryBuilder, RecordNotFound

pytestmark = pytest.mark.usefixtures("stored")


async def test_terminals_leave_hidden_records_out(posts):
    query = posts.query()
    assert [post.title for post in await query.get()] == ["found"]
    assert await query.pluck(Post.title) == ["found"]
    assert (await query.count(), await query.exists()) == (1, True)
    assert (await query.max(Post.title), await query.value(Post.title)) == ("found", "found")
    page = await query.paginate()
    assert (page.total, [post.title for post in page.items]) == (1, ["found"])
    assert await query.group_by(Post.listed).pluck(func.count()) == [1]


async def test_repositories_leave_hidden_records_out(posts):
    hidden = await posts.query().with_trashed().where(Post.title == "deleted").sole()
    assert await posts.find(hidden.id) is None
    assert await posts.find_many([hidden.id]) == []
    assert (await posts.exists(hidden.id), await posts.count()) == (False, 1)
    assert [post.title for post in await posts.all()] == ["found"]
    with pytest.raises(RecordNotFound, match="Post not found"):
        await posts.find_or_fail(hidden.id)
    with pytest.raises(RecordNotFound, match="Post not found"):
        await posts.refresh(hidden)
    _, created = await posts.first_or_create({Post.title: "deleted"})
    assert created


async def test_edge_3_no_alternative_widens_a_scope(posts):
    query = posts.query().where(Post.title == "none").or_where(Post.title != "none")
    assert await query.pluck(Post.title) == ["found"]
    only = posts.query().only_trashed().or_where(Post.title != "none")
    assert await only.pluck(Post.title) == ["deleted"]


async def test_a_scope_is_lifted_by_its_name(posts):
    query = posts.query().order_by_key()
    assert await query.without_scope("listed").pluck(Post.title) == ["found", "unlisted"]
    assert await query.with_trashed().pluck(Post.title) == ["found", "deleted"]
    assert await query.only_trashed().pluck(Post.title) == ["deleted"]
    both = query.with_trashed().without_scope("listed")
    assert await both.without_scope("listed").count() == 3
    assert await query.pluck(Post.title) == ["found"]


async def test_a_lifted_scope_finds_by_key(posts):
    query = posts.query().with_trashed()
    hidden = await query.where(Post.title == "deleted").sole()
    assert await query.find(hidden.id) is hidden
    assert await query.find_or_fail(hidden.id) is hidden
    assert await query.find(0) is None
    with pytest.raises(RecordNotFound, match="Post not found"):
        await query.find_or_fail(0)


async def test_a_query_that_is_built_by_hand_has_the_scopes(session):
    assert await QueryBuilder(session, Post).count() == 1


async def test_a_query_as_the_values_of_another_has_the_scopes(users, session):
    written = QueryBuilder(session, Post).where(Post.title != "found")
    assert await users.query().where_in(User.id, written).count() == 0


async def test_conditions_of_an_overridden_query_are_not_widened_within_it(session):
    class Found(BaseRepository[Post]):
        def query(self) -> QueryBuilder[Post]:
            return super().query().with_trashed().within(Post.title != "deleted")

    query = Found(session).query().where(Post.id < 0).or_where(Post.id > 0)
    assert await query.pluck(Post.title) == ["found"]


@pytest.mark.parametrize(
    "narrow", [lambda query: query, lambda query: query.limit(5), lambda q: q.join(Post.comments)]
)
async def test_the_conditions_of_a_query_s_rows_have_the_scopes(posts, session, narrow):
    rows = narrow(posts.query())._rows()  # noqa: SLF001  # what statements for many rows use
    await session.execute(update(Post).values(title="changed").where(*rows))
    titles = await session.scalars(select(Post.title).order_by(Post.id))
    assert titles.all() == ["changed", "deleted", "unlisted"]


def test_unknown_scopes_are_refused(posts, session):
    with pytest.raises(ValueError, match=r"Post has no scope 'open'; it has living, listed$"):
        posts.query().without_scope("open")
    views = QueryBuilder(session, View)
    with pytest.raises(ValueError, match=r"View has no scope 'living'; it has none$"):
        views.without_scope("living")
    with pytest.raises(TypeError, match="View has no soft deletes: add the mixin SoftDeletes"):
        views.with_trashed()
    with pytest.raises(TypeError, match="View has no soft deletes: add the mixin SoftDeletes"):
        posts.query().with_trashed(Comment, View)
    with pytest.raises(TypeError, match="View has no soft deletes: add the mixin SoftDeletes"):
        views.only_trashed()
