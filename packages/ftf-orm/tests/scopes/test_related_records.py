"""Scopes of related records: eager loads, joins, subqueries and relations."""

from datetime import UTC, datetime

import pytest
from archive import Comment, Document, Folder, Letter, Post, Shelf, Tag, User
from sqlalchemy.orm import aliased

from ftf.orm import BaseRepository

pytestmark = pytest.mark.usefixtures("stored")


def titles(user: User) -> list[str]:
    return [post.title for post in user.posts]


@pytest.mark.parametrize("step", ["with_", "with_joined"])
async def test_eager_loads_leave_hidden_records_out(users, session, step):
    user = await getattr(users.query(), step)(User.posts).sole()
    assert titles(user) == ["found"]
    session.expunge_all()
    user = await getattr(users.query(), step)("posts.comments").sole()
    assert [comment.stars for comment in user.posts[0].comments] == [1]
    session.expunge_all()
    user = await getattr(users.query(), step)(User.posts).with_trashed(Post).sole()
    assert titles(user) == ["found", "deleted"]


@pytest.mark.parametrize("step", ["with_", "with_joined"])
async def test_eager_loads_of_many_to_many_leave_hidden_records_out(posts, step):
    post = await getattr(posts.query(), step)(Post.tags).sole()
    assert [tag.name for tag in post.tags] == ["living"]


@pytest.mark.parametrize("step", ["with_", "with_joined"])
async def test_eager_loads_of_one_record_leave_a_hidden_one_out(users, posts, session, step):
    user = await users.query().sole()
    user.deleted_at = user.deleted_at or (await posts.query().sole()).created_at
    await session.commit()
    session.expunge_all()
    post = await getattr(posts.query(), step)(Post.author).sole()
    assert post.author is None
    assert post.author_id == user.id


@pytest.mark.parametrize("step", ["with_", "with_joined"])
async def test_eager_loads_of_the_own_model_leave_hidden_records_out(folders, session, step):
    query = folders.query().order_by_key()
    found = await getattr(query, step)(Folder.children).get()
    assert [(folder.name, len(folder.children)) for folder in found] == [("root", 1), ("a", 0)]
    session.expunge_all()
    found = await getattr(query.with_trashed(), step)(Folder.children).get()
    assert [(folder.name, len(folder.children)) for folder in found] == [
        ("root", 1),
        ("a", 0),
        ("b", 0),
    ]
    session.expunge_all()
    found = await getattr(query.with_trashed(Folder), step)(Folder.children).get()
    assert [(folder.name, len(folder.children)) for folder in found] == [("root", 2), ("a", 0)]


async def test_loads_of_known_records_leave_hidden_records_out(users):
    user = await users.query().sole()
    await users.load(user, User.posts)
    assert titles(user) == ["found"]


async def test_edge_25_a_load_of_living_records_replaces_what_was_loaded_with_others(users):
    user = await users.query().with_trashed(Post).with_(User.posts).sole()
    assert len(user.posts) == 2
    for path in (User.posts, "posts.comments"):
        assert await users.query().with_(path).sole() is user
        assert titles(user) == ["found"]


async def test_joins_leave_hidden_records_out(users):
    assert await users.query().join(User.posts).pluck(Post.title) == ["found"]
    every = users.query().join(User.posts).with_trashed(Post).order_by_key()
    assert await every.pluck(Post.title) == ["found", "deleted"]
    hidden = users.query().join(User.posts).where(Post.title == "deleted")
    assert await hidden.get() == []
    outer = users.query().left_join(User.posts).where(Post.title == "deleted")
    assert await outer.count() == 0


async def test_edge_29_subqueries_leave_hidden_records_out(users, posts):
    def is_deleted(query):
        return query.where(Post.title == "deleted")

    query = users.query()
    assert await query.where_has(User.posts).count() == 1
    assert await query.where_has(User.posts, is_deleted).count() == 0
    assert await query.where_doesnt_have(User.posts, is_deleted).count() == 1
    assert await query.has(User.posts, ">=", 2).count() == 0
    lifted = query.where_has(User.posts, lambda found: is_deleted(found.with_trashed()))
    assert await lifted.count() == 1
    assert await posts.query().where_has(Post.tags, lambda q: q.where(Tag.id > 0)).count() == 1
    assert await posts.query().has(Post.tags, "=", 1).count() == 1


async def test_edge_31_counts_of_related_records_leave_hidden_ones_out(posts, folders):
    query = posts.query().with_count(Post.comments).with_count(Post.tags)
    query = query.with_sum(Post.comments, Comment.stars).with_exists(Post.views)
    every = query.with_count(Post.comments, lambda q: q.with_trashed(), alias="every")
    post = await every.sole()
    assert (post.comments_count, post.tags_count, post.comments_sum_stars) == (1, 1, 1)
    assert (post.views_exists, post.every) == (False, 2)
    root = await folders.query().with_count(Folder.children).order_by_key().first_or_fail()
    assert root.children_count == 1


async def test_relations_leave_hidden_records_out(users, posts, folders):
    user, post = await users.query().sole(), await posts.query().sole()
    query = users.relation(user, User.posts).query()
    assert await query.pluck(Post.title) == ["found"]
    assert await query.or_where(Post.id > 0).pluck(Post.title) == ["found"]
    assert await query.only_trashed().pluck(Post.title) == ["deleted"]
    assert await posts.relation(post, Post.tags).query().pluck(Tag.name) == ["living"]
    root = await folders.query().order_by_key().first_or_fail()
    assert await folders.relation(root, Folder.children).query().pluck(Folder.name) == ["a"]


async def test_a_limit_counts_records_and_not_what_is_joined(users, session):
    session.add(User(email="bo@b.c"))
    await session.flush()
    [user] = await users.query().with_joined(User.posts).order_by_key().limit(1).get()
    assert titles(user) == ["found"]


async def test_joins_to_an_alias_of_the_own_model_leave_hidden_records_out(folders):
    child = aliased(Folder)
    names = folders.query().join(Folder.children.of_type(child)).order_by(child.id)
    assert await names.pluck(child.name) == ["a"]
    lifted = folders.query().with_trashed(Folder).join(Folder.children.of_type(child))
    assert await lifted.order_by(child.id).pluck(child.name) == ["a", "b"]


async def test_a_scope_can_be_about_further_tables(session):
    full = Shelf(folders=[Folder(name="x"), Folder(name="y", deleted_at=datetime.now(UTC))])
    root = Shelf(inner=[full, Shelf()], folders=[Folder(name="z")])
    session.add_all([root, Shelf()])
    await session.commit()
    session.expunge_all()
    shelves = BaseRepository(session, Shelf)
    for step in ("with_", "with_joined"):
        query = getattr(shelves.query().where(Shelf.outer_id.is_(None)), step)(Shelf.inner)
        shelf = await query.sole()
        assert [inner.id for inner in shelf.inner] == [full.id]
        session.expunge_all()
    assert await shelves.query().where_has(Shelf.inner).count() == 1
    inner = aliased(Shelf)
    joined = shelves.query().join(Shelf.inner.of_type(inner))
    assert await joined.pluck(inner.id) == [full.id]


async def test_a_relation_to_a_subclass_of_the_own_model_has_its_scopes(session):
    documents = BaseRepository(session, Document)
    letter = Letter(name="answer", answers=[Letter(name="sent"), Letter(name="kept", sent=False)])
    await documents.create(letter)
    await documents.delete(letter.answers[0])
    query = documents.relation(letter, Document.answers).query()
    assert await query.pluck(Letter.name) == []
    assert await query.with_trashed().pluck(Letter.name) == ["sent"]
    assert await query.without_scope("sent").pluck(Letter.name) == ["kept"]
