"""What factories make, and how."""

from collections.abc import AsyncIterator
from typing import Self

import pytest
from sqlalchemy import ForeignKey, String, func, inspect, select
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, backref, mapped_column, relationship

from ftf.testing import Factory, FactoryError, Values


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(30))
    email: Mapped[str] = mapped_column(String(254), unique=True)
    role: Mapped[str] = mapped_column(default="reader")
    posts: Mapped[list["Post"]] = relationship(
        back_populates="author", foreign_keys="Post.author_id"
    )


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str]
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))
    editor_id: Mapped[int | None] = mapped_column(ForeignKey("users.id"))
    author: Mapped[User] = relationship(back_populates="posts", foreign_keys=author_id)
    editor: Mapped[User | None] = relationship(foreign_keys=editor_id)
    tags: Mapped[set["Tag"]] = relationship(secondary="post_tags", back_populates="posts")


class Tag(Base):
    __tablename__ = "tags"
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    count: Mapped[int] = mapped_column(default=0)
    posts: Mapped[list[Post]] = relationship(secondary="post_tags", back_populates="tags")


class PostTag(Base):
    __tablename__ = "post_tags"
    post_id: Mapped[int] = mapped_column(ForeignKey("posts.id"), primary_key=True)
    tag_id: Mapped[int] = mapped_column(ForeignKey("tags.id"), primary_key=True)


class Profile(Base):
    __tablename__ = "profiles"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    user: Mapped[User] = relationship(backref=backref("profile", uselist=False))


class Folder(Base):
    __tablename__ = "folders"
    id: Mapped[int] = mapped_column(primary_key=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("folders.id"))
    parent: Mapped["Folder | None"] = relationship(remote_side="Folder.id")


class UserFactory(Factory[User]):
    def definition(self, number: int) -> Values:
        return {"email": f"user{number}@example.com"}

    def admin(self) -> Self:
        return self.state(role="admin")


class PostFactory(Factory[Post]):
    def definition(self, number: int) -> Values:
        return {"title": f"Post {number}", "author": UserFactory()}


class TagFactory(Factory[Tag]): ...


class ProfileFactory(Factory[Profile]):
    def definition(self, number: int) -> Values:
        return {"user": UserFactory()}


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        yield session
    await engine.dispose()


async def count(session: AsyncSession, model: type) -> int:
    return await session.scalar(select(func.count()).select_from(model)) or 0


def test_a_record_is_made_without_a_database():
    user = UserFactory().make(name="Ada")
    assert inspect(user).transient
    assert (user.name, user.email, user.id, user.role) == ("Ada", "user1@example.com", None, None)


def test_what_a_row_needs_is_made_up_and_nothing_else():
    first, second = TagFactory().make_many(2)
    assert len({first.name, second.name, ""}) == 3
    assert (first.id, first.posts) == (None, [])


def test_numbers_go_on_within_a_test_and_start_again_in_the_next():
    emails = [user.email for user in UserFactory().make_many(2)]
    assert [*emails, UserFactory().make().email] == [f"user{n}@example.com" for n in (1, 2, 3)]


def test_a_state_changes_no_factory_but_gives_another():
    users = UserFactory()
    admins = users.admin().state(lambda values: {"name": f"{values['role']} {values['email']}"})
    assert admins.make().name == "admin user1@example.com"
    assert users.make().role is None
    assert admins.state(role="root").make().role == "root"


def test_a_sequence_starts_again_at_its_end():
    tags = TagFactory().sequence({"name": "a"}, {"name": "b"}).make_many(3)
    assert [tag.name for tag in tags] == ["a", "b", "a"]


async def test_an_attribute_may_be_named_like_an_argument(session):
    assert [tag.count for tag in await TagFactory(session).create_many(2, count=7)] == [7, 7]
    assert [tag.count for tag in TagFactory().make_many(2, count=7)] == [7, 7]


async def test_creating_flushes_and_does_not_commit(session):
    user = await UserFactory(session).create()
    assert user.id == 1
    await session.rollback()
    assert await count(session, User) == 0


async def test_creating_needs_a_session():
    with pytest.raises(FactoryError, match=r"UserFactory has no session: use `make`, or"):
        await UserFactory().create()
    with Session() as plain, pytest.raises(TypeError, match="need an AsyncSession, and this is a"):
        await UserFactory(plain).create()


async def test_a_record_of_the_definition_is_made_for_each_unless_one_is_given(session):
    posts = await PostFactory(session).create_many(2)
    assert len({post.author for post in posts}) == 2
    post = await PostFactory(session).create(author=posts[0].author)
    assert post.author_id == posts[0].author_id
    post = await PostFactory(session).create(author_id=posts[1].author_id)
    assert post.author_id == posts[1].author_id
    assert await count(session, User) == 2


async def test_records_that_belong_to_another_share_it(session):
    posts = await PostFactory(session).for_(Post.author, UserFactory().admin()).create_many(2)
    assert posts[0].author is posts[1].author
    assert posts[0].author.role == "admin"
    post = await PostFactory(session).for_(Post.editor, posts[0].author).create()
    assert post.editor_id == posts[0].author_id


async def test_a_record_has_others_that_refer_back_to_it(session):
    user = await UserFactory(session).has(User.posts, PostFactory(), 3).create()
    assert [post.author for post in user.posts] == [user] * 3
    assert await count(session, User) == 1


async def test_a_record_has_others_in_a_set_or_one_only(session):
    post = await PostFactory(session).has(Post.tags, TagFactory(), 2).create()
    assert len(post.tags) == await count(session, Tag) == 2
    user = await UserFactory(session).has(inspect(User).attrs.profile, ProfileFactory()).create()
    assert await session.scalar(select(Profile.user_id)) == user.id


async def test_a_relation_to_one_that_is_not_referred_back_is_set(session):
    post = await PostFactory(session).has(Post.editor, UserFactory()).create()
    assert post.editor_id


def test_a_relation_of_another_model_is_refused():
    with pytest.raises(FactoryError, match=r"User has no relation 'author'; it has posts, profile"):
        UserFactory().has(Post.author, UserFactory()).make()


async def test_recycled_records_are_used_wherever_one_is_needed(session):
    ada = await UserFactory(session).create()
    tag = TagFactory(session).recycle(ada).has(Tag.posts, PostFactory(), 2)
    posts = (await tag.create()).posts
    assert [post.author for post in posts] == [ada, ada]
    post = await PostFactory(session).recycle(ada).for_(Post.editor, UserFactory()).create()
    assert post.editor is ada


async def test_edge_56_definitions_that_ask_for_each_other_are_refused():
    class FolderFactory(Factory[Folder]):
        def definition(self, number: int) -> Values:
            return {"parent": FolderFactory()}

    message = "definitions of FolderFactory → FolderFactory never end. .* pass it by `for_`"
    with pytest.raises(FactoryError, match=message):
        FolderFactory().make()
    root = Folder()
    assert FolderFactory().for_(Folder.parent, root).make().parent is root


async def test_hooks_see_every_record_below_as_well(session):
    seen = []

    class Watched(UserFactory):
        def after_make(self, made: User) -> None:
            seen.append(("made", made.id))

        async def after_create(self, made: User) -> None:
            seen.append(("created", made.id))

    await PostFactory(session).for_(Post.author, Watched()).create()
    Watched().make()
    assert seen == [("made", None), ("created", 1), ("made", None)]


def test_a_factory_inherits_its_model_and_needs_one():
    class Admins(UserFactory): ...

    class Named[T](Factory[T]): ...

    class Tags(Named[Tag]): ...

    assert (Admins.model, Tags.model) == (User, Tag)
    with pytest.raises(
        TypeError, match=r"Named does not name a model: write `class Named\(Factory"
    ):
        Named()


def test_a_class_that_is_not_mapped_is_named():
    class TextFactory(Factory[str]): ...

    with pytest.raises(TypeError, match="<class 'str'> is not a mapped class"):
        TextFactory().make()
