"""Statements for many rows do not write what scopes hide, and delete softly."""

import pytest
from archive import Comment, Document, Post, Reaction, Tag, User, View
from sqlalchemy import func, select

from ftf.orm import BaseRepository, DuplicateRecord, transaction


@pytest.fixture
def titles(session):
    """The titles of all rows, with whether they are deleted."""

    async def read() -> dict[str, bool]:
        table = Post.__table__
        rows = await session.execute(select(table.c.title, table.c.deleted_at.is_not(None)))
        return dict(rows.all())

    return read


async def test_edge_42_hidden_rows_are_not_written(posts, stored, titles):
    assert await posts.query().all_rows().update({Post.title: "new"}) == 1
    assert await titles() == {"new": False, "deleted": True, "unlisted": False}
    every = posts.query().with_trashed().without_scope("listed")
    with pytest.raises(ValueError, match="would write every Post"):  # a scope is not a condition
        await posts.query().delete()
    assert await every.where(Post.title == "deleted").update({Post.title: "gone"}) == 1
    assert await titles() == {"new": False, "gone": True, "unlisted": False}


async def test_edge_42_records_are_deleted_softly_with_those_that_go_with_them(
    session, posts, stored, titles
):
    post = await posts.query().with_(Post.comments).sole()
    [comment], version = post.comments, post.version
    assert await posts.query().where(Post.title == "found").delete() == 1
    assert post.trashed
    assert post.version == version + 1
    assert comment.deleted_at == comment.reactions[0].removed_at == post.deleted_at
    assert await titles() == {"found": True, "deleted": True, "unlisted": False}
    before = post.deleted_at
    assert await posts.query().with_trashed().all_rows().delete() == 0
    assert post.deleted_at == before
    await posts.restore(post)
    assert (comment.trashed, await BaseRepository(session, Comment).count()) == (False, 1)


async def test_edge_42_a_soft_deletion_that_is_undone_leaves_no_time(session, posts, stored):
    post = await posts.query().sole()
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            assert await posts.query().all_rows().delete() == 1
            assert post.trashed
            raise KeyError("x")
    assert (post.trashed, await posts.count()) == (False, 1)


async def test_edge_42_records_are_restored_with_those_that_were_deleted_with_them(
    posts, comments, stored
):
    post = await posts.query().with_(Post.comments).sole()
    [comment] = post.comments
    other = await posts.create(Post(title="other", comments=[Comment(), Comment()]))
    await comments.delete(other.comments[0])
    await posts.delete(other)
    await posts.query().all_rows().delete()
    trash = posts.query().only_trashed().where(Post.title != "deleted")
    assert await trash.restore() == 2
    assert (post.trashed, comment.trashed, post.version) == (False, False, 3)
    assert [found.trashed for found in other.comments] == [True, False]
    assert await trash.restore() == await posts.query().all_rows().restore() == 0
    assert await posts.query().only_trashed().restore() == 1


async def test_a_restoration_of_every_row_is_refused(session, posts):
    with pytest.raises(ValueError, match=r"^restore\(\) without a condition would"):
        await posts.query().with_trashed().restore()
    with pytest.raises(TypeError, match="View has no soft deletes"):
        await BaseRepository(session, View).query().all_rows().restore()


async def test_edge_42_rows_are_removed_by_force(session, stored):
    reactions = BaseRepository(session, Reaction)
    assert await reactions.query().only_trashed().force_delete() == 1
    assert await reactions.query().with_trashed().count() == 1
    assert await reactions.query().all_rows().force_delete() == 1
    assert await session.scalar(select(func.count()).select_from(Reaction.__table__)) == 0


async def test_edge_42_a_model_of_several_tables_is_not_deleted_by_a_statement(session):
    documents = BaseRepository(session, Document)
    for write in (documents.query().all_rows().delete, documents.query().all_rows().force_delete):
        with pytest.raises(TypeError, match="a Document is stored in several tables"):
            await write()


async def test_edge_40_an_upsert_leaves_hidden_records_and_uses_the_index_of_living_ones(
    users, stored
):
    ada = await users.query().sole()
    (same,) = await users.upsert([{"email": "ada@b.c", "deleted_at": None}], unique_by=[User.email])
    assert same is ada
    await users.delete(ada)
    rows = [{User.email: "ada@b.c", User.deleted_at: None}]
    (new,) = await users.upsert(rows, unique_by=[User.email])
    assert new.id != ada.id
    assert await users.insert_or_ignore(rows, unique_by=[User.email]) == []
    with pytest.raises(DuplicateRecord):
        await users.upsert([{"id": ada.id, "email": "x"}], unique_by=[User.id])
    assert await users.update_many([{"id": ada.id, "email": "x"}]) == 0


async def test_edge_41_rows_of_models_with_mixins_get_their_keys_and_versions(session, posts):
    made = await posts.create_many({"title": title} for title in "ab")
    assert [(post.version, post.trashed) for post in made] == [(1, False)] * 2
    assert await BaseRepository(session, Tag).insert_many([{"name": "a"}]) == 1
    assert await posts.update_many([{"id": made[0].id, "title": "x"}]) == 1
    assert (made[0].version, made[0].title) == (2, "x")
