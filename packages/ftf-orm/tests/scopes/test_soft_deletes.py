"""Deleting, restoring and removing records of `SoftDeletes`."""

import asyncio
from datetime import UTC, datetime

import pytest
from archive import Comment, Folder, Post, Reaction, Tag, User, View
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import BaseRepository, DuplicateRecord, RecordNotFound, StaleRecord, transaction


@pytest.fixture
async def post(stored, posts) -> Post:
    return await posts.query().with_(Post.comments).sole()


@pytest.fixture
def rows(session):
    async def count(model: type) -> int:
        return await session.scalar(select(func.count()).select_from(model.__table__))

    return count


async def living(session: AsyncSession, model: type) -> int:
    return await BaseRepository(session, model).count()


async def test_a_deleted_record_stays_in_the_database(posts, post, rows, seen):
    before = datetime.now(UTC)
    await posts.delete(post)
    assert post.trashed
    assert before <= post.deleted_at <= datetime.now(UTC)
    assert (await seen(Post, post.id)).trashed
    assert (await posts.find(post.id), await rows(Post)) == (None, 3)


async def test_a_deletion_changes_version_and_updated_at(posts, post):
    version, updated_at = post.version, post.updated_at
    await posts.delete(post)
    assert post.version == version + 1
    assert post.updated_at > updated_at


async def test_edge_34_a_deletion_goes_on_to_soft_deleted_children_only(session, posts, post, rows):
    session.add(View(post_id=post.id))
    [comment] = post.comments
    [reaction] = comment.reactions
    await posts.delete(post)
    assert comment.deleted_at == reaction.removed_at == post.deleted_at
    assert reaction.version == 2
    counts = [await living(session, model) for model in (Post, Comment, Reaction, Tag, User, View)]
    assert counts == [0, 0, 0, 1, 1, 1]
    assert [await rows(Comment), await rows(Reaction)] == [2, 2]


async def test_edge_34_what_was_deleted_with_a_record_is_restored_with_it(session, posts, post):
    [comment] = post.comments
    await posts.delete(post)
    session.expunge(comment)
    assert await posts.restore(post) is post
    assert not post.trashed
    assert await living(session, Comment) == await living(session, Reaction) == 1
    assert await BaseRepository(session, Comment).query().only_trashed().count() == 1
    assert await BaseRepository(session, Reaction).query().only_trashed().count() == 1


async def test_what_was_deleted_in_the_same_moment_before_is_not_restored(
    posts, comments, post, monkeypatch
):
    class Stopped(datetime):
        @classmethod
        def now(cls, tz=None) -> datetime:
            return datetime(2026, 1, 1, tzinfo=tz)

    monkeypatch.setattr("ftf.orm.repository._soft_deletion.datetime", Stopped)
    [comment] = post.comments
    await comments.delete(comment)
    await posts.delete(post)
    await posts.restore(post)
    assert comment.trashed


async def test_children_are_changed_whether_they_are_loaded_or_not(session, posts, stored):
    post = await posts.query().sole()
    await posts.delete(post)
    assert await living(session, Comment) == 0
    await posts.restore(post)
    assert await living(session, Comment) == 1


async def test_a_tree_is_deleted_and_restored_to_its_leaves(session, folders):
    leaf = Folder(name="leaf")
    root = await folders.create(Folder(name="root", children=[Folder(name="a", children=[leaf])]))
    other = await folders.create(Folder(name="other"))
    await folders.delete(root)
    assert (leaf.trashed, other.trashed, await folders.count()) == (True, False, 1)
    await folders.restore(root)
    assert (leaf.trashed, await folders.count()) == (False, 4)


async def test_a_second_deletion_changes_nothing(posts, post, statements):
    await posts.delete(post)
    deleted_at, version = post.deleted_at, post.version
    statements.clear()
    await posts.delete(post)
    assert (post.deleted_at, post.version) == (deleted_at, version)
    assert [statement.split()[0] for statement in statements] == ["SELECT"]


async def test_a_record_that_is_not_deleted_is_restored_as_it_is(posts, post):
    version = post.version
    assert await posts.restore(post) is post
    assert post.version == version


async def test_a_record_that_another_transaction_has_deleted_keeps_its_time(
    session, engine, folders
):
    folder = await folders.create(Folder(name="root", children=[Folder(name="a")]))
    async with AsyncSession(engine, expire_on_commit=False) as other:
        same = await BaseRepository(other, Folder).find_or_fail(folder.id)
        await BaseRepository(other, Folder).delete(same)
    assert not folder.trashed
    await folders.delete(folder)
    assert folder.deleted_at == same.deleted_at
    await folders.restore(folder)
    assert await folders.count() == 2


async def test_a_row_that_is_gone_is_stale(session, folders):
    folder = await folders.create(Folder(name="root"))
    await session.execute(text("DELETE FROM archive_folders"))
    await session.commit()
    for write in (folders.delete, folders.restore):
        with pytest.raises(StaleRecord, match="changed or removed meanwhile"):
            await write(folder)


async def test_edge_43_a_changed_record_is_stale_and_keeps_the_change(engine, posts, post):
    async with AsyncSession(engine, expire_on_commit=False) as other:
        same = await BaseRepository(other, Post).find_or_fail(post.id)
        same.title = "changed"
        await BaseRepository(other, Post).update(same)
    post.title = "mine"
    for write in (posts.update, posts.delete, posts.force_delete):
        with pytest.raises(StaleRecord, match="read it again"):
            await write(post)
    assert (await posts.refresh(post)).title == "changed"
    await posts.delete(post)


async def test_a_deletion_is_rolled_back_as_a_whole(session, posts, post):
    [comment] = post.comments
    with pytest.raises(ZeroDivisionError):
        async with transaction(session):
            await posts.delete(post)
            assert await posts.count() == await living(session, Comment) == 0
            1 / 0  # noqa: B018  # raises
    assert not (post.trashed)
    assert not (comment.trashed)
    assert not (comment.reactions[0].trashed)
    assert await posts.count() == await living(session, Comment) == 1
    post.title = "later"
    await posts.update(post)


async def test_edge_40_a_value_of_a_deleted_record_is_free(users, session):
    first = await users.create(User(email="ada@b.c"))
    with pytest.raises(DuplicateRecord, match="email"):
        await users.create(User(email="ada@b.c"))
    await users.delete(first)
    second, created = await users.first_or_create({User.email: "ada@b.c"})
    assert created
    with pytest.raises(DuplicateRecord) as caught:
        await users.restore(first)
    assert caught.value.columns == ("email",)
    assert first.trashed
    assert await users.query().get() == [second]


async def test_force_delete_removes_the_row_and_hidden_children(session, posts, post, rows):
    session.add(View(post_id=post.id))
    await posts.force_delete(post)
    assert [await rows(model) for model in (Post, Comment, Reaction, View)] == [2, 0, 0, 0]
    hidden = await posts.query().only_trashed().sole()
    await posts.force_delete(hidden)
    assert await rows(Post) == 1


async def test_a_hard_deletion_of_a_parent_knows_hidden_children(session, users, rows, stored):
    user = await users.query().with_(User.posts).sole()
    await users.force_delete(user)
    assert await session.scalar(select(func.count(Post.author_id))) == 0
    assert await rows(Post) == 3


async def test_records_without_soft_deletes_are_deleted(session, rows, post):
    views = BaseRepository(session, View)
    view = await views.create(View(post_id=post.id))
    await views.delete(view)
    assert await rows(View) == 0
    with pytest.raises(TypeError, match="View has no soft deletes: add the mixin SoftDeletes"):
        await views.restore(view)


async def test_records_that_are_not_stored_are_refused(posts):
    for write in (posts.delete, posts.restore):
        with pytest.raises(ValueError, match="not stored yet: use create"):
            await write(Post(title="new"))
    with pytest.raises(TypeError, match="for records of Post, not User"):
        await posts.delete(User())


async def test_a_deleted_record_can_be_changed_but_not_read_again(posts, post):
    await posts.delete(post)
    post.title = "changed"
    await posts.update(post)
    with pytest.raises(RecordNotFound, match="Post not found"):
        await posts.refresh(post)
    assert await posts.query().only_trashed().fresh().find(post.id) is post


async def test_two_deletions_at_once_are_one(engine, folders):
    folder = await folders.create(Folder(name="root", children=[Folder(name="a")]))

    async def delete_it() -> datetime:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            repository = BaseRepository(session, Folder)
            found = await repository.query().with_trashed().find_or_fail(folder.id)
            await repository.delete(found)
            return found.deleted_at

    first, second = await asyncio.gather(delete_it(), delete_it())
    assert first == second
