"""Pages by cursor, in both directions, on both databases."""

import enum
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from uuid import UUID

import pytest
from apart import apart
from bookshop import Author, Book, Genre, Shelf
from sqlalchemy import Dialect, Integer, Numeric, TypeDecorator, func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import QueryBuilder, UtcDateTime

Apart = apart()


class Color(enum.Enum):
    RED = "r"
    BLUE = "b"


class Cents(TypeDecorator[Decimal]):
    """An amount of money, stored as a number of cents."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, _: Dialect) -> int | None:
        return None if value is None else int(value * 100)

    def process_result_value(self, value: int | None, _: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value) / 100


class Item(Apart):
    __tablename__ = "items"

    id: Mapped[int] = mapped_column(primary_key=True)
    rank: Mapped[int | None]
    title: Mapped[str | None]
    flag: Mapped[bool | None]
    color: Mapped[Color | None]
    size: Mapped[float | None]
    ratio: Mapped[Decimal | None] = mapped_column(Numeric(12, 2))
    price: Mapped[Decimal | None] = mapped_column(Cents)
    at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    day: Mapped[date | None]
    hour: Mapped[time | None]
    length: Mapped[timedelta | None]
    code: Mapped[UUID | None]
    raw: Mapped[bytes | None]


@pytest.fixture
async def items(create_tables, session) -> QueryBuilder[Item]:
    await create_tables(Apart.metadata)
    return QueryBuilder(session, Item)


async def add(session: AsyncSession, *values: dict[str, object]) -> None:
    session.add_all([Item(**each) for each in values])
    await session.commit()
    session.expunge_all()


async def walk(query: QueryBuilder[Item], size: int) -> list[list[int]]:
    """The pages from the first to the last, which the way back has to repeat."""
    pages = [await query.cursor_paginate(per_page=size)]
    while (cursor := pages[-1].next_cursor) is not None:
        pages.append(await query.cursor_paginate(cursor, size))
    assert pages[0].previous_cursor is None
    for before, after in pairwise(pages):
        again = await query.cursor_paginate(after.previous_cursor, size)
        assert [item.id for item in again.items] == [item.id for item in before.items]
        assert (again.previous_cursor is None) is (before is pages[0])
        assert (await query.cursor_paginate(again.next_cursor, size)).items == after.items
    return [[item.id for item in page.items] for page in pages]


def in_order(rows: list[dict[str, Any]], *keys: tuple[str, bool, bool]) -> list[int]:
    """The ids of rows in an order: columns, whether each is descending, and NULL first in it."""
    found = sorted(rows, key=lambda row: row["id"], reverse=keys[-1][1])
    for name, descending, nulls_first in reversed(keys):
        missing = [row for row in found if row[name] is None]
        known = [row for row in found if row[name] is not None]
        known.sort(key=lambda row, name=name: row[name], reverse=descending)
        found = missing + known if nulls_first else known + missing
    return [row["id"] for row in found]


ORDERS = [
    ([Item.rank.asc()], [("rank", False, False)]),
    ([Item.rank.desc()], [("rank", True, True)]),
    ([Item.rank.asc().nulls_first()], [("rank", False, True)]),
    ([Item.rank.desc().nulls_last()], [("rank", True, False)]),
    (
        [Item.rank.desc().nulls_last(), Item.title.asc()],
        [("rank", True, False), ("title", False, False)],
    ),
    (
        [Item.rank.asc().nulls_first(), Item.title.desc()],
        [("rank", False, True), ("title", True, True)],
    ),
    ([Item.rank.desc(), Item.title.desc()], [("rank", True, True), ("title", True, True)]),
]


@pytest.mark.parametrize(("order", "keys"), ORDERS, ids=lambda found: str(found[0])[:40])
async def test_edge_20_every_page_size_finds_every_record_once_among_ties_and_nulls(
    items, session, order, keys
):
    choose = random.Random(20)  # noqa: S311  # no secret
    rows = [
        {
            "id": number,
            "rank": choose.choice([None, 0, 1]),
            "title": choose.choice([None, "", "a"]),
        }
        for number in range(1, 10)
    ]
    await add(session, *rows)
    for by in order:
        items = items.order_by(by)
    expected = in_order(rows, *keys)
    for size in range(1, 11):
        pages = await walk(items, size)
        assert [number for page in pages for number in page] == expected
        assert all(len(page) == size for page in pages[:-1])


async def test_edge_19_an_order_without_columns_is_by_the_key(items, session):
    await add(session, *({} for _ in range(5)))
    assert await walk(items, 2) == [[1, 2], [3, 4], [5]]
    assert await walk(items, 5) == [[1, 2, 3, 4, 5]]
    assert await walk(items.order_by_key("desc"), 5) == [[5, 4, 3, 2, 1]]
    assert await walk(items.where(Item.id > 5), 2) == [[]]


async def test_edge_19_a_page_is_one_query_and_keeps_the_alternatives_of_the_conditions(
    items, session, statements
):
    await add(session, *({"rank": number % 2} for number in range(6)))
    query = items.where(Item.rank == 0).or_where(Item.id == 6)
    assert await walk(query, 2) == [[1, 3], [5, 6]]
    statements.clear()
    await query.cursor_paginate(per_page=2)
    assert len(statements) == 1


async def test_edge_19_records_that_go_meanwhile_leave_the_position(items, session):
    await add(session, *({} for _ in range(6)))
    page = await items.cursor_paginate(per_page=2)
    second = await items.cursor_paginate(page.next_cursor, 2)
    for item in second.items:
        await session.delete(item)
    await session.commit()
    third = await items.cursor_paginate(page.next_cursor, 2)
    assert [item.id for item in third.items] == [5, 6]
    assert [item.id for item in (await items.cursor_paginate(third.previous_cursor, 2)).items] == [
        1,
        2,
    ]


async def test_edge_19_the_way_back_from_an_empty_page_loses_no_record(items, session):
    await add(session, *({} for _ in range(4)))
    first = await items.cursor_paginate(per_page=2)
    last = await items.cursor_paginate(first.next_cursor, 2)
    for item in last.items:
        await session.delete(item)
    await session.commit()
    empty = await items.cursor_paginate(first.next_cursor, 2)
    assert (empty.items, empty.next_cursor) == ([], None)
    back = await items.cursor_paginate(empty.previous_cursor, 2)
    assert [item.id for item in back.items] == [1, 2]
    for item in back.items:
        await session.delete(item)
    await session.commit()
    nothing = await items.cursor_paginate(empty.previous_cursor, 2)
    assert (nothing.items, nothing.previous_cursor) == ([], None)
    await add(session, {"id": 2}, {"id": 3})
    again = await items.cursor_paginate(nothing.next_cursor, 2)
    assert [item.id for item in again.items] == [3]


VALUES: list[tuple[str, list[object]]] = [
    ("flag", [False, True]),
    ("color", [Color.RED, Color.BLUE]),
    ("size", [0.1, 0.1 + 0.2, -2e-300]),
    ("ratio", [Decimal("0.10"), Decimal("-3.33"), Decimal("9999999999.99")]),
    ("price", [Decimal("0.10"), Decimal("9.99"), Decimal("10.00")]),
    ("at", [datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 0, 0, 0, 1, UTC)]),
    ("day", [date(2026, 1, 31), date(2026, 2, 1)]),
    ("hour", [time(1, 2, 3), time(1, 2, 3, 4)]),
    ("length", [timedelta(days=1), timedelta(microseconds=1)]),
    ("code", [UUID(int=1), UUID(int=2**127)]),
    ("raw", [b"", b"\x00\xff", b"a"]),
    ("title", ["", "é'\"", "a\\b%"]),
]


@pytest.mark.parametrize(("name", "values"), VALUES)
async def test_edge_21_values_of_every_type_continue_exactly_where_they_were(
    items, session, name, values
):
    await add(session, *({name: value} for value in (*values, None, *values, None)))
    query = items.order_by(getattr(Item, name), "desc")
    expected = [item.id for item in await query.order_by_key("desc").get()]
    found = [number for page in await walk(query, 1) for number in page]
    assert sorted(found) == sorted(expected)
    assert len({*found}) == 2 * len(values) + 2


async def test_edge_21_expressions_and_computed_values_can_be_sorted_by(authors, session):
    for name, count in (("b", 2), ("A", 0), ("C", 2), ("d", 1)):
        session.add(Author(name=name, books=[Book(title=name) for _ in range(count)]))
    await session.commit()
    by_name = authors.query().order_by(func.lower(Author.name))
    names, cursor = "", None
    while (page := await by_name.cursor_paginate(cursor, 1)).next_cursor:
        names, cursor = names + page.items[0].name, page.next_cursor
    assert names + page.items[0].name == "AbCd"
    by_count = authors.query().with_count(Author.books).order_by("books_count", "desc")
    first = await by_count.cursor_paginate(per_page=3)
    rest = await by_count.cursor_paginate(first.next_cursor, 3)
    assert [(each.name, each.books_count) for each in first.items] == [("C", 2), ("b", 2), ("d", 1)]
    assert [each.name for each in rest.items] == ["A"]
    again = await by_count.cursor_paginate(rest.previous_cursor, 2)
    assert [each.name for each in again.items] == ["b", "d"]


async def test_edge_19_composite_keys_and_joins(session, books):
    session.add_all([Shelf(room=room, number=number) for room in "ab" for number in (1, 2)])
    author = Author(name="Ada")
    genres = [Genre(name="poetry"), Genre(name="prose")]
    session.add_all([Book(title=title, author=author, genres=genres) for title in "xyz"])
    await session.commit()
    shelves = QueryBuilder(session, Shelf).order_by(Shelf.number, "desc")
    first = await shelves.cursor_paginate(per_page=3)
    assert [(shelf.room, shelf.number) for shelf in first.items] == [("b", 2), ("a", 2), ("b", 1)]
    rest = await shelves.cursor_paginate(first.next_cursor, 3)
    assert [(shelf.room, shelf.number) for shelf in rest.items] == [("a", 1)]
    query = books.query().join(Book.genres, Book.author).where(Genre.name.like("p%"))
    query = query.order_by(Author.name).with_joined(Book.genres)
    page = await query.cursor_paginate(per_page=2)
    assert [book.title for book in page.items] == ["x", "y"]
    assert [len(book.genres) for book in page.items] == [2, 2]
    assert [b.title for b in (await query.cursor_paginate(page.next_cursor, 2)).items] == ["z"]


async def test_edge_22_the_order_of_the_query_is_the_order_of_the_cursor(items, session):
    await add(session, {"rank": 2}, {"rank": 1}, {"rank": 3})
    assert await walk(items.order_by(Item.rank, "desc"), 2) == [[3, 1], [2]]
    with pytest.raises(ValueError, match=r"cursor_paginate\(\) sets limit and offset"):
        await items.limit(3).cursor_paginate()
    with pytest.raises(ValueError, match=r"cursor_paginate\(\) is for records"):
        await items.group_by(Item.id).cursor_paginate()
    with pytest.raises(ValueError, match="per_page must be at most 1000, not 1001"):
        await items.cursor_paginate(per_page=1_001)


async def test_a_cursor_page_is_of_what_is_stored_not_of_what_is_in_memory(items, session):
    await add(session, {"rank": 1}, {"rank": 2}, {"rank": 3})
    query = items.order_by(Item.rank)
    first = await query.cursor_paginate(per_page=1)
    async with AsyncSession(session.bind) as other:
        (await other.get_one(Item, 1)).rank = 5
        await other.commit()
    again = await query.cursor_paginate(per_page=2)
    assert [item.id for item in again.items] == [2, 3]
    assert first.map(lambda item: item.id).items == [1]
    rest = await query.cursor_paginate(again.next_cursor, 2)
    assert [item.id for item in rest.items] == [1]
