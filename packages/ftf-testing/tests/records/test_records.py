"""Assertions about rows, and what they say when they fail."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import JSON, ForeignKey, event
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)

from ftf.testing import (
    assert_count,
    assert_has,
    assert_max_queries,
    assert_missing,
    assert_soft_deleted,
)


class Base(DeclarativeBase): ...


class User(Base):
    __tablename__ = "users"
    __mapper_args__ = {"polymorphic_on": "kind", "polymorphic_identity": "user"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str | None]
    email_address: Mapped[str] = mapped_column("email")
    kind: Mapped[str]
    deleted_at: Mapped[datetime | None]


class Draft(Base):
    __tablename__ = "drafts"
    id: Mapped[int] = mapped_column(primary_key=True)
    is_hidden: Mapped[bool]


class Editor(User):
    __mapper_args__ = {"polymorphic_identity": "editor"}  # noqa: RUF012


class Admin(User):
    __tablename__ = "admins"
    __mapper_args__ = {"polymorphic_identity": "admin"}  # noqa: RUF012
    id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    model: Mapped[str]


class Post(Base):
    __tablename__ = "posts"
    id: Mapped[int] = mapped_column(primary_key=True)
    author_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Setting(Base):
    __tablename__ = "settings"
    id: Mapped[int] = mapped_column(primary_key=True)
    value: Mapped[dict[str, object]] = mapped_column(JSON)


@pytest.fixture
async def session() -> AsyncIterator[AsyncSession]:
    engine = create_async_engine("sqlite+aiosqlite://")
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    async with AsyncSession(engine) as session:
        session.add(User(name="Ada", email_address="ada@example.com"))
        session.add(User(name=None, email_address="bo@example.com"))
        yield session
    await engine.dispose()


async def test_rows_that_are_there(session):
    await assert_has(session, User, name="Ada", email_address="ada@example.com")
    await assert_has(session, User, name=None)
    await assert_missing(session, User, name="Ada", email_address="bo@example.com")
    await assert_count(session, User, 2)
    await assert_count(session, User, 1, name="Ada")
    await assert_count(session, Post, 0)


async def test_a_missing_row_is_told_with_the_nearest_ones(session):
    with pytest.raises(AssertionError) as failure:
        await assert_has(session, User, name="Bo", email_address="bo@example.com")
    assert str(failure.value) == (
        "there is no User(name='Bo', email_address='bo@example.com'); the nearest rows are:\n"
        "  User(id=2, name=None, email_address='bo@example.com', kind='user', deleted_at=None)\n"
        "  User(id=1, name='Ada', email_address='ada@example.com', kind='user', deleted_at=None)"
    )


async def test_few_rows_and_short_values_are_shown(session):
    session.add_all(User(name="x" * 99, email_address=f"{n}@example.com") for n in range(9))
    with pytest.raises(AssertionError, match=r"there is no User\(name='Eve'\)") as failure:
        await assert_has(session, User, name="Eve")
    lines = str(failure.value).splitlines()
    assert len(lines) == 7
    assert f"name='{'x' * 59}..., " in lines[3]
    assert lines[-1] == "  ..."


async def test_a_row_too_many_is_shown(session):
    with pytest.raises(AssertionError, match=r"no User\(name='Ada'\), and there are 1; .*\n.*Ada"):
        await assert_missing(session, User, name="Ada")


async def test_a_wrong_number_is_told(session):
    with pytest.raises(AssertionError, match=r"be 3 User\(\), and there are 2; .*\n.*Ada.*\n"):
        await assert_count(session, User, 3)
    with pytest.raises(AssertionError, match=r"be 1 Post\(\), and there are 0; .* has no rows"):
        await assert_count(session, Post, 1)


async def test_soft_deleted_rows_are_seen_past_the_filters_of_queries(session):
    @event.listens_for(session.sync_session, "do_orm_execute")
    def leave_deleted_out(state: ORMExecuteState) -> None:
        kept = with_loader_criteria(User, User.deleted_at.is_(None))
        state.statement = state.statement.options(kept)

    with pytest.raises(AssertionError, match=r"no soft-deleted User\(name='Ada'\); the nearest"):
        await assert_soft_deleted(session, User, name="Ada")
    session.add(User(name="Ada", email_address="old@x", deleted_at=datetime.now(UTC)))
    await assert_soft_deleted(session, User, name="Ada")
    await assert_count(session, User, 2, name="Ada")


@pytest.mark.parametrize("column", [Draft.is_hidden, "is_hidden"])
async def test_a_soft_delete_may_have_another_column(session, column):
    session.add(Draft(id=1, is_hidden=False))
    with pytest.raises(AssertionError, match=r"no soft-deleted Draft\(id=1\); the nearest"):
        await assert_soft_deleted(session, Draft, column, id=1)
    session.add(Draft(id=2, is_hidden=True))
    await assert_soft_deleted(session, Draft, column, id=2)


async def test_what_a_test_asserts_does_not_count(session):
    await session.flush()
    with assert_max_queries(0):
        await assert_count(session, User, 2)
        with pytest.raises(AssertionError, match="the nearest rows are"):
            await assert_has(session, User, name="Eve")


async def test_classes_that_share_a_table_are_kept_apart(session):
    session.add(Editor(name="Eve", email_address="eve@example.com"))
    await assert_count(session, Editor, 1)
    await assert_count(session, User, 3)
    await assert_missing(session, Editor, name="Ada")


async def test_the_tables_of_a_class_are_joined(session):
    session.add_all(Admin(email_address=f"{n}@example.com", model="root") for n in range(2))
    await assert_has(session, Admin, email_address="1@example.com", model="root")
    await assert_missing(session, Admin, email_address="ada@example.com", model="root")
    await assert_count(session, Admin, 1, id=3)
    with pytest.raises(AssertionError, match=r"no Admin\(model='guest'\)") as failure:
        await assert_has(session, Admin, model="guest")
    assert [line.partition(", ")[0] for line in str(failure.value).splitlines()[1:]] == [
        "  Admin(id=3",
        "  Admin(id=4",
    ]


async def test_json_is_compared(session):
    session.add(Setting(value={"a": 1}))
    await assert_has(session, Setting, value={"a": 1})
    await assert_missing(session, Setting, value={"a": 2})


async def test_json_is_compared_on_postgresql_as_well(postgres_url):
    engine = create_async_engine(postgres_url)
    async with engine.connect() as connection, AsyncSession(connection) as session:
        await connection.run_sync(Setting.__table__.create)
        session.add(Setting(value={"a": 1, "b": [2]}))
        await assert_has(session, Setting, value={"b": [2], "a": 1})
        with pytest.raises(AssertionError, match=r"Setting\(id=1, value=\{'a': 1, 'b': \[2\]\}\)"):
            await assert_has(session, Setting, value={"a": 1})
        await connection.rollback()
    await engine.dispose()


async def test_bad_input_is_told(session):
    with pytest.raises(TypeError, match="Post has no column 'title'; it has id, author_id"):
        await assert_has(session, Post, title="Hello")
    with pytest.raises(TypeError, match="Post has no column 'deleted_at'"):
        await assert_soft_deleted(session, Post)
    with pytest.raises(TypeError, match="Post has no column 'is_hidden'"):
        await assert_soft_deleted(session, Post, Draft.is_hidden)
    with pytest.raises(TypeError, match="<class 'int'> is not a mapped class"):
        await assert_has(session, int)
    with Session() as plain, pytest.raises(TypeError, match="need an AsyncSession, and this is a"):
        await assert_count(plain, Post, 0)
