"""What type checkers must make of the public names; never executed."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Self, assert_type
from uuid import UUID

from sqlalchemy import Select, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.container import Container
from ftf.orm import (
    Base,
    BaseRepository,
    CursorPage,
    DatabaseProvider,
    Page,
    PaginatedQuery,
    QueryBuilder,
    Relation,
    SimplePage,
    SoftDeletes,
    Timestamps,
    Transaction,
    UuidKey,
    Versioned,
    create_engine,
    run_transaction,
    session_factory,
    transaction,
    unique_among_living,
    uuid7,
)


class User(Timestamps, Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    age: Mapped[int | None]
    vip: Mapped[bool]
    posts: Mapped[list["Post"]] = relationship()
    if TYPE_CHECKING:
        posts_count: int
    drafts: Mapped[set["Post"]] = relationship()


class Post(Base):
    __tablename__ = "posts"

    id: Mapped[int] = mapped_column(primary_key=True)
    views: Mapped[int]
    author: Mapped[User] = relationship()
    editor: Mapped[User | None] = relationship()


class UserQuery(QueryBuilder[User]):
    def adults(self) -> Self:
        return self.where(User.age >= 18)


class UserRepository(BaseRepository[User]):
    def query(self) -> UserQuery:
        return UserQuery(self.session, self.model)

    async def named(self, name: str) -> User | None:
        return await self.query().adults().where(User.name == name).adults().first()


class PostRepository(BaseRepository[Post]): ...


async def steps(users: UserRepository, posts: PostRepository) -> None:
    query = users.query().where(User.id > 1, User.vip).or_where(User.age.is_(None))
    assert_type(query, UserQuery)
    assert_type(query.where_in(User.id, [1]).where_in(User.age, {1, None}).adults(), UserQuery)
    assert_type(query.where_like(User.name, "a%").where_between(User.age, 1, 2), UserQuery)
    assert_type(query.when(1, lambda q: q.adults()).where_group(lambda q: q.adults()), UserQuery)
    assert_type(query.with_(User.posts, "posts.author").with_joined(User.posts), UserQuery)
    assert_type(query.with_(User.posts, Post.editor).with_((User.posts, Post.author)), UserQuery)
    assert_type(query.with_joined(User.posts.and_(Post.views > 1), Post.author), UserQuery)
    assert_type(query.with_pivots(User.posts), UserQuery)
    assert_type(query.with_columns(User.name, (User.posts, Post.views)), UserQuery)
    assert_type(query.timeout(1.5).union(users.query()).where_raw("a = :a", a=1), UserQuery)
    assert_type(query.where_date(User.created_at, date(2026, 1, 1)), UserQuery)
    assert_type(query.where_month(User.created_at, 2026, 1, UTC), UserQuery)
    assert_type(query.where_year(User.created_at, 2026), UserQuery)
    assert_type(query.subquery(User.name), Select[str])
    query.where_year(User.name, 2026)  # type: ignore[arg-type]
    query.union(posts.query())  # type: ignore[arg-type]
    query.with_(1)  # type: ignore[arg-type]
    query.with_((User.posts, "author"))  # type: ignore[arg-type]
    assert_type(query.order_by(func.lower(User.name)).latest(User.created_at).limit(1), UserQuery)
    assert_type(query.join(User.posts).group_by(User.id).having(func.count() > 1), UserQuery)
    assert_type(query.paginate(), PaginatedQuery[User])
    post_query = posts.query()
    assert_type(post_query, QueryBuilder[Post])
    query.order_by(User.id, "up")  # type: ignore[arg-type]
    query.where(True)  # type: ignore[arg-type]  # noqa: FBT003  # the mistake
    query.where(User.age is None)  # type: ignore[arg-type]
    query.has(User.posts, "=>", 1)  # type: ignore[arg-type]


def of_posts(query: QueryBuilder[Post]) -> QueryBuilder[Post]:
    return query.where(Post.views > 1)


def of_users(query: QueryBuilder[User]) -> QueryBuilder[User]:
    return query


def related(users: UserQuery, posts: QueryBuilder[Post]) -> None:
    query = users.where_has(User.posts, lambda q: assert_type(q, QueryBuilder[Post]))
    assert_type(query, UserQuery)
    users.where_has(User.drafts, lambda q: assert_type(q, QueryBuilder[Post]))
    posts.where_has(Post.author, lambda q: assert_type(q, QueryBuilder[User]))
    posts.where_doesnt_have(Post.editor, lambda q: assert_type(q, QueryBuilder[User]))
    users.where_has(User.posts, lambda q: q.where_has(Post.author, of_users))
    assert_type(users.has(User.posts, ">=", 3, of_posts), UserQuery)
    assert_type(users.with_count(User.posts, of_posts, alias="n"), UserQuery)
    assert_type(users.with_sum(User.posts, Post.views, of_posts).with_exists(User.posts), UserQuery)
    part = User.posts.and_(Post.views > 1)
    assert_type(users.where_has(part).where_has(part, of_posts), UserQuery)
    assert_type(users.with_count(part, alias="n").with_sum(part, Post.views), UserQuery)
    users.where_has(User.posts, of_users)  # type: ignore[arg-type]
    users.where_has(User.age)  # type: ignore[arg-type]


async def terminals(query: UserQuery) -> None:
    assert_type(await query.get(), list[User])
    assert_type((await query.with_count(User.posts).sole()).posts_count, int)
    assert_type(await query.first(), User | None)
    assert_type(await query.first_or_fail(), User)
    assert_type(await query.sole(), User)
    assert_type(await query.find_many([1]), list[User])
    assert_type(await query.pluck(User.name), list[str])
    assert_type(await query.pluck(User.age), list[int | None])
    assert_type(await query.pluck(User.name + "!"), list[str])
    assert_type(await query.value(User.name), str | None)
    assert_type(await query.max(User.age), int | None)
    assert_type(await query.min(User.name), str | None)
    assert_type(await query.sum(User.id), int | None)
    assert_type(await query.avg(User.age), float | None)
    assert_type(await query.count(), int)
    assert_type(await query.exists(), bool)
    assert_type(await query.explain(), str)
    assert_type(await query.paginate(), Page[User])
    assert_type(await query.paginate(2, per_page=5).get(), list[User])
    assert_type((await query.paginate()).map(lambda user: user.id), Page[int])
    assert_type(await query.simple_paginate(2), SimplePage[User])
    cursors = await query.cursor_paginate(None, 5, key="secret")
    assert_type(cursors, CursorPage[User])
    assert_type(cursors.map(lambda user: user.id), CursorPage[int])
    assert_type(cursors.next_cursor, str | None)
    async for chunk in query.chunk(5):
        assert_type(chunk, list[User])
    async for chunk in query.chunk_by_id():
        assert_type(chunk, list[User])
    async for user in query.with_(User.posts).stream():
        assert_type(user, User)


async def repository(users: UserRepository, user: User, data: dict[str, str]) -> None:
    await users.first_or_create(data, data)
    assert_type(await users.create(user), User)
    assert_type(await users.find(1), User | None)
    assert_type(await users.find_or_fail(1), User)
    assert_type(await users.first_or_create({User.name: "a"}, {User.age: 1}), tuple[User, bool])
    assert_type(await users.update_or_create({"name": "a"}, {"age": 1}), tuple[User, bool])
    await users.load(user, User.posts, "posts.author")
    await users.load_missing([user], User.posts)
    posts = users.relation(user, User.posts)
    assert_type(posts, Relation[Post])
    assert_type(await posts.query().get(), list[Post])


async def transactions(session: AsyncSession, users: UserRepository) -> None:
    async def work(tx: Transaction) -> int:
        tx.after_commit(lambda: None)
        return await users.count()

    assert_type(await run_transaction(session, work, attempts=2), int)
    async with transaction(session) as tx:
        assert_type(tx, Transaction)
    DatabaseProvider("sqlite://", echo=True).register(Container())
    assert_type(BaseRepository(session, User), BaseRepository[User])
    async with session_factory(create_engine("sqlite://"))() as made:
        assert_type(made, AsyncSession)


async def many_rows(users: UserRepository) -> None:
    assert_type(await users.create_many([{User.name: "Ada"}, {User.name: "Bo"}]), list[User])
    assert_type(await users.create_many([{"name": "Ada", "age": None}]), list[User])
    assert_type(await users.create_many([User(name="Ada")]), list[User])
    assert_type(await users.insert_many({"name": str(n)} for n in range(3)), int)
    assert_type(await users.update_many([{"id": 1, "name": "Ada"}]), int)
    rows = [{User.name: "Ada"}]
    found = await users.upsert(rows, unique_by=[User.name], update=[User.name, User.age])
    assert_type(found, list[User])
    assert_type(await users.insert_or_ignore(rows, unique_by=["name"]), list[User])
    assert_type(await users.insert_or_ignore(rows), list[User])
    adults = users.query().adults()
    assert_type(await adults.update({User.age: 18, User.vip: True}), int)
    assert_type(await adults.increment(User.age, 2), int)
    assert_type(await adults.all_rows().adults().delete(), int)


class Note(Versioned, SoftDeletes, UuidKey, Base):
    __tablename__ = "notes"
    __table_args__ = (unique_among_living("text"),)
    __scopes__: ClassVar[Mapping[str, Any]] = {"short": lambda note: note.size < 9}

    text: Mapped[str]
    size: Mapped[int]


async def scopes(session: AsyncSession) -> None:
    notes = BaseRepository(session, Note)
    query = notes.query()
    assert_type(notes, BaseRepository[Note])
    assert_type(query.with_trashed(Note), QueryBuilder[Note])
    assert_type(query.only_trashed().without_scope("short"), QueryBuilder[Note])
    assert_type(query.within(Note.size > 1, Note.deleted_at.is_(None)), QueryBuilder[Note])
    assert_type(await query.find(uuid7()), Note | None)
    note = await query.find_or_fail(uuid7())
    assert_type((note.id, note.version, note.deleted_at), tuple[UUID, int, datetime | None])
    assert_type((note.trashed, await notes.restore(note)), tuple[bool, Note])
    assert_type(await query.pluck(Note.deleted_at), list[datetime | None])
    await notes.force_delete(note)
