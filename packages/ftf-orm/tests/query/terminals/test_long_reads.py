"""Chunks and streams: any number of records in little memory."""

import tracemalloc
from contextlib import aclosing

import pytest
from apart import apart
from bookshop import Author, Book, Genre, Shelf
from sqlalchemy import func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from staff import Engineer

from ftf.orm import BaseRepository, QueryBuilder, TransactionMisuse, transaction

Apart = apart()
CHUNKS = ["chunk", "chunk_by_id"]


class Row(Apart):
    __tablename__ = "rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(default="new")


class Rows(BaseRepository[Row]): ...


@pytest.fixture
async def rows(create_tables, session) -> Rows:
    await create_tables(Apart.metadata)
    session.add_all(Row() for _ in range(10))
    await session.commit()
    session.expunge_all()
    return Rows(session)


async def fill(session: AsyncSession, count: int) -> None:
    """Add rows until there are so many."""
    have = (await session.scalar(select(func.max(Row.id)))) or 0
    for begin in range(have + 1, count, 10_000):
        ids = range(begin, min(begin + 10_000, count + 1))
        await session.execute(insert(Row), [{"id": number, "state": "new"} for number in ids])
    await session.commit()


@pytest.mark.parametrize("method", CHUNKS)
@pytest.mark.parametrize("size", [1, 3, 5, 10, 11])
async def test_chunks_have_every_record_once_in_order(rows, statements, method, size):
    found = [[row.id for row in chunk] async for chunk in getattr(rows.query(), method)(size)]
    assert [number for chunk in found for number in chunk] == [*range(1, 11)]
    assert all(len(chunk) == size for chunk in found[:-1])
    assert len(statements) == 10 // size + 1


async def test_edge_23_the_column_of_the_condition_can_be_changed_in_the_loop(rows):
    async for chunk in rows.query().where(Row.state == "new").chunk_by_id(3):
        for row in chunk:
            row.state = "done"
            await rows.update(row)
    assert await rows.query().where(Row.state == "done").count() == 10


async def test_edge_23_records_can_be_deleted_and_stored_in_the_loop(rows):
    found = []
    async for chunk in rows.query().chunk_by_id(4):
        found += [row.id for row in chunk]
        for row in chunk:
            await rows.delete(row)
        if len(found) == 4:
            await rows.create(Row(id=50))
    assert found == [*range(1, 11), 50]
    assert await rows.count() == 0


async def test_edge_23_composite_keys_joins_and_mixed_orders(session, books):
    session.add_all([Shelf(room=room, number=number) for room in "ab" for number in (1, 2, 3)])
    author = Author(name="Ada")
    genres = [Genre(name="poetry"), Genre(name="prose")]
    session.add_all([Book(title=title, author=author, genres=genres) for title in "xyz"])
    await session.commit()
    session.expunge_all()
    shelves = QueryBuilder(session, Shelf)
    found = [(each.room, each.number) async for part in shelves.chunk_by_id(4) for each in part]
    assert found == [("a", 1), ("a", 2), ("a", 3), ("b", 1), ("b", 2), ("b", 3)]
    by_number = shelves.order_by(Shelf.number, "desc").order_by(Shelf.room)
    found = [(each.number, each.room) async for part in by_number.chunk(4) for each in part]
    assert found == [(3, "a"), (3, "b"), (2, "a"), (2, "b"), (1, "a"), (1, "b")]
    joined = books.query().join(Book.genres).where(Genre.name.like("p%")).with_joined(Book.genres)
    chunks = [[len(book.genres) for book in chunk] async for chunk in joined.chunk_by_id(2)]
    assert chunks == [[2, 2], [2]]


async def test_edge_23_a_limit_and_an_offset_are_those_of_the_whole(rows):
    query = rows.query().offset(2).limit(5)
    assert [[row.id for row in chunk] async for chunk in query.chunk(2)] == [[3, 4], [5, 6], [7]]
    assert [chunk async for chunk in rows.query().limit(0).chunk_by_id()] == []


async def test_edge_23_a_loop_can_end_early_or_fail(rows):
    async for chunk in rows.query().chunk(2):
        assert len(chunk) == 2
        break
    with pytest.raises(LookupError, match="3"):
        async for chunk in rows.query().chunk(2):
            if chunk[0].id == 3:
                raise LookupError(3)
    assert await rows.count() == 10


def test_what_cannot_be_read_in_chunks_is_refused_before_the_loop(rows_query):
    for call, message in [
        (lambda: rows_query.chunk(0), "size must be at least 1, not 0"),
        (lambda: rows_query.stream(0), "size must be at least 1, not 0"),
        (lambda: rows_query.order_by(Row.state).chunk_by_id(), "sorts by the primary key"),
    ]:
        with pytest.raises(ValueError, match=message):
            call()


@pytest.fixture
def rows_query(session) -> QueryBuilder[Row]:
    return QueryBuilder(session, Row)


async def test_groups_have_no_chunks(rows):
    with pytest.raises(ValueError, match=r"chunk\(\) is for records: leave group_by\(\) out"):
        await anext(rows.query().group_by(Row.id).chunk())


@pytest.mark.parametrize("size", [1, 3, 10, 11])
async def test_a_stream_has_every_record_in_order_from_one_query(rows, statements, size):
    found = [row.id async for row in rows.query().order_by_key("desc").stream(size)]
    assert found == [*range(10, 0, -1)]
    assert len(statements) == 1


async def test_edge_24_eager_loads_of_a_stream_come_in_batches(authors, session, statements):
    for number in range(4):
        session.add(Author(name=f"{number}", books=[Book(title="a"), Book(title="b")]))
    await session.commit()
    session.expunge_all()
    statements.clear()
    query = authors.query().with_count(Author.books).with_(Author.books).order_by_key()
    found = [(each.name, each.books_count, len(each.books)) async for each in query.stream(2)]
    assert found == [(f"{number}", 2, 2) for number in range(4)]
    assert len([each for each in statements if "reviews" not in each]) == 3
    to_one = QueryBuilder(session, Book).with_joined(Book.author)
    assert [book.author.name async for book in to_one.stream()] == [*"00112233"]


async def test_edge_24_a_part_is_loaded_again_in_each_batch(authors, session):
    session.add_all(
        Author(name=f"{number}", books=[Book(title="a"), Book(title="b")]) for number in range(4)
    )
    await session.commit()
    part = Author.books.and_(Book.title == "b")
    query = authors.query().with_(part).order_by_key()
    found = [[book.title for book in each.books] async for each in query.stream(3)]
    assert found == [["b"]] * 4


async def test_edge_24_a_collection_by_a_join_is_refused(authors, session):
    with pytest.raises(ValueError, match=r"stream\(\) cannot load Author\.books by a join"):
        authors.query().with_joined(Author.books).stream()
    with pytest.raises(ValueError, match=r"cannot load Engineer\.gadgets by a join"):
        QueryBuilder(session, Engineer).stream()


async def test_edge_24_leaving_early_leaves_the_connection_usable(rows, engine, session):
    for _ in range(3):
        async for row in rows.query().stream(2):
            if row.id == 3:
                break
        assert await rows.query().count() == 10
        await rows.create(Row())
        await session.delete(await rows.query().order_by_key("desc").first())
        await session.commit()
    async with aclosing(rows.query().stream(2)) as stream:
        assert (await anext(stream)).id == 1
    await session.close()
    assert engine.pool.checkedout() == 0
    assert await rows.count() == 10


async def test_edge_24_a_failing_loop_leaves_the_session_usable(rows):
    with pytest.raises(LookupError, match="2"):
        async for row in rows.query().stream(1):
            if row.id == 2:
                raise LookupError(2)
    assert await rows.count() == 10


async def test_edge_24_a_commit_in_the_loop_is_refused_on_both_databases(rows):
    with pytest.raises(TransactionMisuse, match=r"write in a transaction\(\) around it"):
        async for row in rows.query().stream(2):
            row.state = "done"
            await rows.update(row)
    assert await rows.query().where(Row.state == "done").count() == 1


async def test_edge_24_a_loop_can_write_in_a_transaction(rows, session, seen):
    async with transaction(session):
        async for row in rows.query().order_by_key().stream(2):
            row.state = "done"
            await rows.update(row)
            assert await rows.query().where(Row.state == "done").count() == row.id
    assert (await seen(Row, 10)).state == "done"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("method", "counts"), [("stream", (5_000, 100_000)), ("chunk", (5_000, 20_000))]
)
async def test_edge_60_any_number_of_records_takes_the_same_memory(rows, session, method, counts):
    peaks = []
    for count in counts:
        await fill(session, count)
        session.expunge_all()
        tracemalloc.start()
        try:
            read = 0
            async for found in getattr(rows.query(), method)(500):
                read += 1 if method == "stream" else len(found)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert read == count
    assert peaks[1] < 1.5 * peaks[0]
