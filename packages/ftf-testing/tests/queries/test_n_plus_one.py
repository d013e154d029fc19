"""The faults that are looked for, each with a twin that has none."""

from asyncio import create_task, to_thread
from string import Template

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import ASGITransport, AsyncClient
from library import Author, Book, books
from pydantic import BaseModel, ConfigDict
from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, selectinload

from ftf.testing import NPlusOneError, StreamingTransport, assert_no_n_plus_one, assert_queries


class AuthorOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    name: str


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)
    title: str
    author: AuthorOut


@pytest.fixture
def app(sync_engine) -> FastAPI:
    """Routes whose response models read what was not loaded, and what was."""
    app = FastAPI()
    sessions: list[Session] = []  # which lazy loads need

    def session() -> Session:
        sessions.append(Session(sync_engine))
        return sessions[-1]

    @app.get("/async", response_model=list[BookOut])
    async def in_the_loop():
        return session().scalars(select(Book)).all()

    @app.get("/sync", response_model=list[BookOut])
    def in_a_thread():
        return session().scalars(select(Book)).all()

    @app.get("/threads")
    async def in_many_threads():
        return [await to_thread(in_thread, number) for number in (1, 2, 3)]

    def in_thread(number: int) -> str:
        return session().scalars(select(Book.title).where(Book.id == number)).one()

    @app.get("/one", response_model=BookOut)
    async def of_one_record():
        return session().scalars(select(Book).limit(1)).one()

    @app.get("/clean", response_model=list[BookOut])
    async def in_two_queries():
        query = select(Book).options(selectinload(Book.author))
        return session().scalars(query).all()

    return app


@pytest.fixture
def client(app) -> AsyncClient:
    return AsyncClient(transport=ASGITransport(app), base_url="http://library")


@pytest.mark.parametrize("path", ["/async", "/sync", "/threads"])
async def test_a_request_is_one_whatever_its_threads(app, path):
    transport = StreamingTransport(app)
    async with AsyncClient(transport=transport, base_url="http://library") as client:
        with pytest.raises(NPlusOneError, match="3 x SELECT"):
            async with assert_no_n_plus_one():
                await client.get(path)


@pytest.mark.parametrize("path", ["/one", "/clean"])
async def test_the_same_query_in_many_requests_is_none(app, sync_engine, path):
    transport = StreamingTransport(app)
    client = AsyncClient(transport=transport, base_url="http://library")
    async with client, assert_no_n_plus_one():
        Session(sync_engine).scalars(select(Author)).all()  # of the test, which the requests are of
        for _ in range(3):
            await client.get(path)


def test_requests_in_threads_of_their_own_are_none(app, sync_engine):
    client = TestClient(app)
    with assert_no_n_plus_one():
        Session(sync_engine).scalars(select(Author)).all()
        for _ in range(3):
            client.get("/clean")


LAZY_AUTHOR = r"""lazy load of Book\.author: load it eagerly with selectinload\(Book\.author\)"""


@pytest.mark.parametrize("path", ["/async", "/sync"])
async def test_a_serializer_that_loads_is_found(client, path):
    with pytest.raises(NPlusOneError, match=LAZY_AUTHOR) as failure:
        async with assert_no_n_plus_one():
            await client.get(path)
    assert "through pydantic/" in str(failure.value)
    assert [found.numbers for found in failure.value.found] == [(2, 3, 4)]


async def test_a_serializer_of_loaded_records_is_none(client):
    async with assert_no_n_plus_one(), assert_queries(2) as counter:
        await client.get("/clean")
    assert {query.origin.through for query in counter.executed} == {None}


PAGE = Template("$title by $author\n")


def render(found: list[Book]) -> str:
    return "".join(PAGE.substitute(title=book.title, author=book.author.name) for book in found)


def test_a_template_that_loads_is_found(sync_engine):
    with (
        pytest.raises(NPlusOneError, match=LAZY_AUTHOR) as failure,
        assert_no_n_plus_one(),
        Session(sync_engine) as session,
    ):
        render(session.scalars(select(Book)).all())
    assert "test_n_plus_one.py" in str(failure.value)
    assert "in render.<locals>.<genexpr>" in str(failure.value)


def test_a_template_of_loaded_records_is_none(sync_engine):
    query = select(Book).options(selectinload(Book.author))
    with assert_no_n_plus_one(), assert_queries(2), Session(sync_engine) as session:
        render(session.scalars(query).all())


def test_a_nested_relation_that_loads_is_found_with_the_whole_path(sync_engine):
    with (
        pytest.raises(NPlusOneError, match="Author") as failure,
        assert_no_n_plus_one(),
        Session(sync_engine) as session,
    ):
        for author in session.scalars(select(Author)):
            for book in author.books:
                assert book.reviews
    assert "with selectinload(Author.books)\n" in str(failure.value)
    assert "selectinload(Author.books).selectinload(Book.reviews)" in str(failure.value)


def test_a_relation_and_its_way_back_are_found_in_the_order_they_were_loaded(sync_engine):
    with (
        pytest.raises(NPlusOneError, match="Book") as failure,
        assert_no_n_plus_one(),
        Session(sync_engine) as session,
    ):
        for book in session.scalars(select(Book)):
            assert book.author.books
            assert book.reviews
    assert "with selectinload(Book.reviews)\n" in str(failure.value)
    assert "with selectinload(Book.author)\n" in str(failure.value)
    assert "with selectinload(Book.author).selectinload(Author.books)\n" in str(failure.value)


def test_a_relation_below_one_that_was_loaded_is_found_with_the_whole_path(sync_engine):
    query = select(Author).options(selectinload(Author.books))
    whole = r"with selectinload\(Author\.books\)\.selectinload\(Book\.reviews\)"
    with (
        pytest.raises(NPlusOneError, match=whole),
        assert_no_n_plus_one(),
        Session(sync_engine) as session,
    ):
        for author in session.scalars(query):
            assert author.books[0].reviews


def test_a_nested_relation_that_was_loaded_is_none(sync_engine):
    query = select(Author).options(selectinload(Author.books).selectinload(Book.reviews))
    with assert_no_n_plus_one(), assert_queries(3), Session(sync_engine) as session:
        for author in session.scalars(query):
            assert author.books[0].reviews


async def test_a_query_in_a_loop_is_found(async_engine):
    line = "in test_a_query_in_a_loop_is_found"
    async with AsyncSession(async_engine) as session:
        with pytest.raises(NPlusOneError, match=line) as failure:
            async with assert_no_n_plus_one():
                for number in (1, 2, 3):
                    await session.scalars(select(Book).where(Book.author_id == number))
    assert "where(column.in_(values))" in str(failure.value)


async def test_one_query_for_all_is_none(async_engine):
    async with AsyncSession(async_engine) as session, assert_no_n_plus_one():
        await session.scalars(select(Book).where(Book.author_id.in_([1, 2, 3])))


async def test_queries_that_no_line_of_the_application_asks_for_are_none(async_engine):
    async with async_engine.connect() as connection, assert_no_n_plus_one() as counter:
        for _ in range(2):
            await create_task(connection.execute(text("SELECT 1")))
    assert {str(query.origin) for query in counter.executed} == {"no line of the application"}


async def test_awaited_attributes_in_a_loop_are_found(async_engine):
    async with AsyncSession(async_engine) as session:
        with pytest.raises(NPlusOneError, match=LAZY_AUTHOR):
            async with assert_no_n_plus_one():
                for book in await session.scalars(select(Book)):
                    await book.awaitable_attrs.author


async def test_what_a_commit_expired_is_found_and_explained(async_engine):
    async with AsyncSession(async_engine) as session:
        found = (await session.scalars(select(Author))).all()
        await session.commit()
        with pytest.raises(NPlusOneError, match="make the session with expire_on_commit=False"):
            async with assert_no_n_plus_one():
                for author in found:
                    await author.awaitable_attrs.name


async def test_edge_54_one_lazy_load_is_none_and_what_is_in_memory_costs_nothing(async_engine):
    async with AsyncSession(async_engine) as session, assert_no_n_plus_one(), assert_queries(2):
        book = (await session.scalars(select(Book).limit(1))).one()
        author = await book.awaitable_attrs.author
        assert await session.get(Author, author.id) is author


def test_the_threshold_says_how_many_loads_are_too_many(sync_engine):
    with assert_no_n_plus_one(threshold=4), Session(sync_engine) as session:
        render(session.scalars(select(Book)).all())
    with (
        pytest.raises(NPlusOneError, match="3 x SELECT"),
        assert_no_n_plus_one(threshold=3),
        Session(sync_engine) as session,
    ):
        render(session.scalars(select(Book)).all())


@pytest.mark.parametrize("threshold", [0, 1])
def test_a_threshold_that_cannot_be_is_refused(threshold):
    with pytest.raises(ValueError, match=f"must be 2 or more, not {threshold}"):
        assert_no_n_plus_one(threshold=threshold)


def test_edge_54_a_selectin_load_in_batches_is_none(sync_engine):
    with Session(sync_engine) as session:
        session.add_all(books(1_100))
        session.commit()
    query = select(Book).options(selectinload(Book.reviews))
    with assert_no_n_plus_one(), assert_queries(4), Session(sync_engine) as session:
        assert len(session.scalars(query).all()) == 1_103


def test_an_eager_load_that_is_repeated_is_explained_by_its_query(sync_engine):
    query = select(Book).options(selectinload(Book.author))
    with (
        pytest.raises(NPlusOneError, match="2 x SELECT") as failure,
        assert_no_n_plus_one(),
        Session(sync_engine) as session,
    ):
        for number in (1, 2):
            session.scalars(query.where(Book.id == number)).all()
    assert len(failure.value.found) == 1


def test_the_same_query_from_other_lines_is_none(sync_engine):
    with assert_no_n_plus_one(), Session(sync_engine) as session:
        session.scalars(select(Book).where(Book.id == 1)).all()
        session.scalars(select(Book).where(Book.id == 2)).all()


def test_writes_in_a_loop_are_none(sync_engine):
    first = select(Author.id).where(Author.id == 1).cte()
    with assert_no_n_plus_one(), Session(sync_engine) as session:
        for name in "ab":
            session.execute(insert(Author).values(name=name))
            session.execute(update(Book).values(title=name).where(Book.author_id == first.c.id))


def test_literal_values_do_not_hide_a_query_in_a_loop(sync_engine):
    with (
        pytest.raises(NPlusOneError, match=r"2 x SELECT name FROM authors WHERE id = \?"),
        assert_no_n_plus_one(),
        sync_engine.connect() as connection,
    ):
        for number in (1, 2):
            connection.execute(text(f"SELECT name FROM authors WHERE id = {number}"))  # noqa: S608
