"""What type checkers must make of clients, overrides and factories; never executed."""

from typing import assert_type

import httpx
from sqlalchemy import ForeignKey
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from ftf.testing import Factory, LifespanManager, Override, StreamingTransport


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    posts: Mapped[list["Post"]] = relationship(back_populates="author")


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User] = relationship(back_populates="posts")
    editor: Mapped[User | None] = relationship()


class UserFactory(Factory[User]): ...


class PostFactory(Factory[Post]): ...


class Clock: ...


class Frozen(Clock): ...


async def factories(session: AsyncSession) -> None:
    assert_type(UserFactory().make(), User)
    assert_type(UserFactory().make_many(2), list[User])
    assert_type(await UserFactory(session).state(id=1).create(), User)
    assert_type(await UserFactory(session).recycle(User()).create_many(2), list[User])
    assert_type(UserFactory().sequence({"id": 1}), UserFactory)
    assert_type(UserFactory().has(User.posts, PostFactory(), 3), UserFactory)
    assert_type(PostFactory().for_(Post.author, UserFactory()), PostFactory)
    PostFactory().for_(Post.author, User())
    PostFactory().for_(Post.editor, UserFactory())
    PostFactory().for_(Post.editor, User())
    PostFactory().has(Post.editor, UserFactory())
    UserFactory().has(User.posts, UserFactory())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    PostFactory().for_(Post.author, PostFactory())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def overrides(override: Override) -> None:
    override(Clock, Frozen)
    override(Clock, Frozen())
    override(Clock, lambda: [Frozen()][0])
    with override(factories, "nothing"):
        pass


async def clients() -> None:
    async def hello(scope: object, receive: object, send: object) -> None: ...

    async with LifespanManager(hello) as lifespan:
        assert_type(lifespan.state, dict[str, object])
        transport = StreamingTransport(hello, state=lifespan.state)
        async with httpx.AsyncClient(transport=transport) as client:
            assert_type((await client.get("/")).status_code, int)
