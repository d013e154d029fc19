"""Deleting records of which a part of a relationship is loaded."""

import pytest
from sqlalchemy import ForeignKey, MetaData, event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, registry, relationship

from ftf.orm import Base, BaseRepository, create_engine, transaction


class Blog(Base):
    __abstract__ = True
    registry = registry()  # another test has a Post as well
    metadata = MetaData()


class Site(Blog):
    __tablename__ = "part_sites"

    id: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[list["Post"]] = relationship(cascade="all, delete-orphan")
    links: Mapped[list["Link"]] = relationship()


class Post(Blog):
    __tablename__ = "part_posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating: Mapped[int]
    site_id: Mapped[int] = mapped_column(ForeignKey("part_sites.id"))
    comments: Mapped[list["Comment"]] = relationship(cascade="all, delete-orphan")


class Comment(Blog):
    __tablename__ = "part_comments"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating: Mapped[int]
    post_id: Mapped[int] = mapped_column(ForeignKey("part_posts.id"))


class Link(Blog):
    __tablename__ = "part_links"

    id: Mapped[int] = mapped_column(primary_key=True)
    rating: Mapped[int]
    site_id: Mapped[int | None] = mapped_column(ForeignKey("part_sites.id"))


class Sites(BaseRepository[Site]):
    pass


class Posts(BaseRepository[Post]):
    pass


@pytest.fixture
async def session(database_url):
    engine = create_engine(database_url)
    async with engine.begin() as connection:
        await connection.run_sync(Blog.metadata.drop_all)
        await connection.run_sync(Blog.metadata.create_all)
    async with AsyncSession(engine, expire_on_commit=False) as session:
        posts = [
            Post(rating=rating, comments=[Comment(rating=1), Comment(rating=2)])
            for rating in (1, 2)
        ]
        session.add(Site(id=1, posts=posts, links=[Link(rating=1), Link(rating=2)]))
        await session.commit()
        session.expunge_all()
        yield session
    async with engine.begin() as connection:
        await connection.run_sync(Blog.metadata.drop_all)
    await engine.dispose()


async def left(session) -> dict[type[Blog], int]:
    models = (Site, Post, Comment, Link)
    return {model: await BaseRepository(session, model).count() for model in models}


PARTS = {
    "posts": Site.posts.and_(Post.rating > 1),
    "links": Site.links.and_(Link.rating > 1),
}


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_was_brought_along_does_not_hide_the_rest(session, part):
    sites = Sites(session)
    await sites.delete(await sites.query().with_(PARTS[part]).sole())
    assert await left(session) == {Site: 0, Post: 0, Comment: 0, Link: 2}


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_was_loaded_later_does_not_hide_the_rest(session, part):
    sites = Sites(session)
    site = await sites.query().sole()
    await sites.load(site, PARTS[part])
    async with transaction(session):
        await sites.delete(site)
    assert await left(session) == {Site: 0, Post: 0, Comment: 0, Link: 2}


async def test_a_part_of_what_the_deletion_reaches_does_not_hide_the_rest(session):
    posts, sites = Posts(session), Sites(session)
    loaded = await posts.query().with_(Post.comments.and_(Comment.rating > 1)).get()
    await sites.delete(await sites.query().with_(Site.posts).sole())
    assert await left(session) == {Site: 0, Post: 0, Comment: 0, Link: 2}
    assert len(loaded) == 2


async def test_what_was_added_to_a_part_is_deleted_too(session):
    posts = Posts(session)
    post = await posts.query().with_(Post.comments.and_(Comment.rating > 1)).first_or_fail()
    post.comments.append(Comment(rating=3))
    await posts.delete(post)
    assert await left(session) == {Site: 1, Post: 1, Comment: 2, Link: 2}


async def test_a_record_that_the_session_lost_is_deleted(session):
    posts = Posts(session)
    post = await posts.query().with_("comments").first_or_fail()
    session.expunge_all()
    await posts.delete(post)
    assert await left(session) == {Site: 1, Post: 1, Comment: 2, Link: 2}


@pytest.mark.parametrize("in_transaction", [False, True])
async def test_a_deletion_that_fails_leaves_the_whole_loaded(session, in_transaction):
    sites = Sites(session)
    site = await sites.query().with_(PARTS["posts"]).sole()

    async def delete() -> None:
        with pytest.raises(KeyError, match="on purpose"):
            await sites.delete(site)

    def fail(*_) -> None:
        raise KeyError("on purpose")

    event.listen(session.sync_session, "after_flush", fail)
    if in_transaction:
        async with transaction(session):
            await delete()
    else:
        await delete()
    assert sorted(post.rating for post in site.posts) == [1, 2]
    event.remove(session.sync_session, "after_flush", fail)
    await sites.delete(site)
    assert await left(session) == {Site: 0, Post: 0, Comment: 0, Link: 2}
