"""Scopes where several features meet: hidden steps of paths, long reads, hierarchies, cascades."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, ClassVar

import pytest
from archive import Archive, Comment, Folder, Post, Reaction, User
from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import BaseRepository, DuplicateRecord, SoftDeletes

NOW = datetime.now(UTC)


class Vehicle(SoftDeletes, Archive):
    """A hierarchy in several tables, the rest of which is read by further SELECTs."""

    __tablename__ = "archive_vehicles"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    name: Mapped[str]

    __mapper_args__: ClassVar[Mapping[str, Any]] = {
        "polymorphic_on": "kind",
        "polymorphic_identity": "vehicle",
    }


class Lorry(Vehicle):
    __tablename__ = "archive_lorries"

    id: Mapped[int] = mapped_column(ForeignKey("archive_vehicles.id"), primary_key=True)
    loads: Mapped[list["Load"]] = relationship(lazy="selectin", order_by="Load.id")

    __mapper_args__: ClassVar[Mapping[str, Any]] = {
        "polymorphic_identity": "lorry",
        "polymorphic_load": "selectin",
    }


class Load(SoftDeletes, Archive):
    __tablename__ = "archive_loads"

    id: Mapped[int] = mapped_column(primary_key=True)
    lorry_id: Mapped[int] = mapped_column(ForeignKey("archive_lorries.id"))


class Van(Vehicle):
    """A part of the hierarchy in the table of its base, with a scope besides that of the base."""

    __scopes__: ClassVar[Mapping[str, Any]] = {"named": lambda van: van.name != ""}
    __mapper_args__: ClassVar[Mapping[str, Any]] = {"polymorphic_identity": "van"}


@pytest.fixture
def store(session):
    async def store(*records: object) -> None:
        session.add_all(records)
        await session.commit()
        session.expunge_all()

    return store


async def test_declared_loads_of_a_subclass_that_is_read_by_a_further_select(session, store):
    await store(Lorry(name="a", loads=[Load(), Load(deleted_at=NOW)]), Van(name="b"))
    vehicles = BaseRepository(session, Vehicle)
    for _ in range(2):
        lorry = await vehicles.query().where(Vehicle.name == "a").sole()
        assert len(lorry.loads) == 1
        lifted = await vehicles.query().with_trashed(Load).where(Vehicle.name == "a").sole()
        assert len(lifted.loads) == 2


async def test_a_subclass_has_its_scopes_and_those_of_its_base(session, store):
    await store(Van(name=""), Van(name="a"), Van(name="b", deleted_at=NOW))
    vans = BaseRepository(session, Van)
    assert await vans.query().pluck(Van.name) == ["a"]
    assert await vans.query().without_scope("named").pluck(Van.name) == ["", "a"]
    assert await vans.query().with_trashed().pluck(Van.name) == ["a", "b"]
    assert await BaseRepository(session, Vehicle).count() == 2


async def test_a_path_ends_at_a_hidden_record_in_the_middle(session, users, store):
    hidden = Post(title="hidden", deleted_at=NOW, comments=[Comment(stars=5)])
    shown = Post(title="shown", comments=[Comment(stars=1), Comment(stars=2, deleted_at=NOW)])
    await store(User(email="a", posts=[hidden, shown]))
    for step in ("with_", "with_joined"):
        for part in (User.posts, User.posts.and_(Post.title != "")):
            query = getattr(users.query(), step)(part, Post.comments)
            user = await query.sole()
            assert [[comment.stars for comment in post.comments] for post in user.posts] == [[1]]
            every = query.with_trashed(Comment, Post)
            user = await every.sole()
            found = [[comment.stars for comment in post.comments] for post in user.posts]
            assert found == [[5], [1, 2]]
    assert (
        await users.query().where_has(User.posts, lambda q: q.has(Post.comments, ">", 1)).get()
        == []
    )


async def test_chunks_go_on_while_records_become_hidden(session, posts, store):
    await store(*(Post(title=f"{number}") for number in range(5)))
    seen = []
    async for chunk in posts.query().chunk_by_id(2):
        for post in chunk:
            seen.append(post.title)
            await posts.delete(post)
    assert seen == [f"{number}" for number in range(5)]
    assert await posts.count() == 0
    async for chunk in posts.query().only_trashed().chunk_by_id(2):
        for post in chunk:
            await posts.restore(post)
    assert await posts.count() == 5


async def test_a_stream_replaces_what_its_loop_has_loaded(session, posts, store):
    def post(title: str) -> Post:
        return Post(title=title, comments=[Comment(), Comment(deleted_at=NOW)])

    await store(post("a"), post("b"))
    known = []
    async for found in posts.query().with_(Post.comments).stream(1):
        assert len(found.comments) == 1
        known += await posts.query().with_trashed(Comment).with_(Post.comments).get()
        assert {len(other.comments) for other in known} == {2}


async def test_declared_loads_behind_a_load_of_known_records(session, posts, comments, store):
    await store(
        Post(title="a", comments=[Comment(reactions=[Reaction(), Reaction(removed_at=NOW)])])
    )
    comment = await comments.query().with_trashed(Reaction).sole()
    assert len(comment.reactions) == 2
    post = await posts.query().sole()
    await posts.load(post, Post.comments)
    assert post.comments == [comment]
    assert len(comment.reactions) == 1


async def test_joined_queries_write_within_scopes(session, posts, store):
    await store(
        Post(title="a", comments=[Comment(stars=1), Comment(stars=9)]),
        Post(title="b", comments=[Comment(stars=9, deleted_at=NOW)]),
        Post(title="c", deleted_at=NOW, comments=[Comment(stars=9)]),
    )
    query = posts.query().join(Post.comments).where(Comment.stars == 9)
    assert await query.update({Post.title: "x"}) == 1
    assert await query.with_trashed(Comment).update({Post.title: "y"}) == 2
    assert await query.delete() == 1
    titles = select(Post.title, Post.version).order_by(Post.id)
    assert (await session.execute(titles)).all() == [("y", 4), ("y", 2), ("c", 1)]


async def test_edge_34_children_that_were_deleted_before_stay_deleted(session, folders):
    inner = Folder(name="inner", children=[Folder(name="leaf")])
    root = await folders.create(Folder(name="root", children=[inner, Folder(name="other")]))
    await folders.delete(inner)
    assert await folders.query().where(Folder.name == "root").delete() == 1
    assert await folders.count() == 0
    await folders.restore(root)
    assert await folders.query().order_by_key().pluck(Folder.name) == ["root", "other"]
    await folders.restore(inner)
    assert await folders.count() == 4


async def test_edge_40_a_row_that_conflicts_with_a_deleted_one_is_not_inserted(posts, users, store):
    await store(Post(id=1, title="a", deleted_at=NOW), User(email="a", deleted_at=NOW))
    assert await posts.insert_or_ignore([{"id": 1, "title": "b"}], unique_by=[Post.id]) == []
    with pytest.raises(DuplicateRecord, match="id"):
        await posts.upsert([{"id": 1, "title": "b"}], unique_by=[Post.id])
    with pytest.raises(DuplicateRecord, match="id"):
        await posts.create(Post(id=1, title="b"))
    assert await posts.query().with_trashed().pluck(Post.title) == ["a"]
    row = {"email": "a", "deleted_at": None}
    [new] = await users.insert_or_ignore([row], unique_by=[User.email])
    [same] = await users.upsert([row | {"id": new.id}], unique_by=[User.email], update=[User.email])
    assert same is new
