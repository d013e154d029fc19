"""Many-to-many relationships, loaded with the rows of their association table."""

import pytest
from apart import apart
from bookshop import Author, Book, Genre, book_genres
from newsroom import Writer
from sqlalchemy import Column, ForeignKey, ForeignKeyConstraint, Integer, String, Table, and_
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ftf.orm import QueryBuilder

Apart = apart()

ties = Table(
    "ties",
    Apart.metadata,
    Column("from_id", ForeignKey("people.id"), primary_key=True),
    Column("to_id", ForeignKey("people.id"), primary_key=True),
    Column("kind", String, primary_key=True),
    Column("since", String),
)


class Seat(Apart):
    __tablename__ = "seats"

    row: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)


stays = Table(
    "stays",
    Apart.metadata,
    Column("person_id", ForeignKey("people.id"), primary_key=True),
    Column("row", String),
    Column("number", Integer),
    Column("price", Integer),
    ForeignKeyConstraint(["row", "number"], ["seats.row", "seats.number"]),
)


class Person(Apart):
    __tablename__ = "people"

    id: Mapped[int] = mapped_column(primary_key=True)
    friends: Mapped[list["Person"]] = relationship(
        secondary=ties,
        primaryjoin=lambda: and_(Person.id == ties.c.from_id, ties.c.kind == "friend"),
        secondaryjoin=lambda: Person.id == ties.c.to_id,
        order_by="Person.id.desc()",
    )
    seat: Mapped[Seat | None] = relationship(secondary=stays, uselist=False)


@pytest.fixture
async def shelf(books, session) -> list[Book]:
    poetry, prose = Genre(name="poetry"), Genre(name="prose")
    session.add_all([poetry, prose])
    author = Author(name="Ada")
    found = [Book(title=title, author=author) for title in "abc"]
    session.add_all(found)
    await session.commit()
    await books.relation(found[0], Book.genres).attach(poetry.id, rank=1, remark="x")
    await books.relation(found[0], Book.genres).attach(prose.id, rank=2)
    await books.relation(found[1], Book.genres).attach(prose.id, rank=3)
    session.expunge_all()
    return found


async def test_edge_28_pivots_come_with_the_related_records_in_one_query(books, shelf, statements):
    statements.clear()
    found = await books.query().with_pivots(Book.genres).order_by_key().get()
    assert len([each for each in statements if "genres" in each]) == 1
    first, second, third = found
    assert {genre.name for genre in first.genres} == {"poetry", "prose"}
    ranks = {genre.name: first.genres_pivots[genre.id]["rank"] for genre in first.genres}
    assert ranks == {"poetry": 1, "prose": 2}
    (prose,) = second.genres
    assert second.genres_pivots == {prose.id: {"rank": 3, "remark": None}}
    assert prose in first.genres
    assert (third.genres, third.genres_pivots) == ([], {})


async def test_edge_28_pivots_go_with_further_loads_parts_pages_and_streams(books, shelf):
    query = books.query().with_pivots(Book.genres).with_("genres.books").order_by_key()
    page = await query.cursor_paginate(per_page=2)
    assert [len(book.genres_pivots) for book in page.items] == [2, 1]
    assert {len(genre.books) for book in page.items for genre in book.genres} == {1, 2}
    assert [len(book.genres_pivots) async for book in query.stream(2)] == [2, 1, 0]
    part = Book.genres.and_(book_genres.c.rank > 1, Genre.name == "prose")
    found = await books.query().with_pivots(part).order_by_key().get()
    assert [[*book.genres_pivots.values()][:1] for book in found] == [
        [{"rank": 2, "remark": None}],
        [{"rank": 3, "remark": None}],
        [],
    ]
    assert await books.query().where(Book.id > 99).with_pivots(Book.genres).get() == []


async def test_edge_28_pivots_replace_what_was_loaded_after_storing_it(books, shelf, session):
    first = await books.query().with_(Book.genres).order_by_key().first_or_fail()
    first.genres.append(Genre(name="new"))
    again = await books.query().with_pivots(Book.genres).order_by_key().first_or_fail()
    assert again is first
    assert {genre.name for genre in first.genres} == {"poetry", "prose", "new"}
    assert len(first.genres_pivots) == 3


async def test_edge_28_pivots_of_a_relationship_to_the_same_table_have_its_constants(
    create_tables, session
):
    await create_tables(Apart.metadata)
    session.add_all(Person(id=number) for number in (1, 2, 3))
    await session.flush()
    await session.execute(
        ties.insert(),
        [
            {"from_id": 1, "to_id": 2, "kind": "friend", "since": "1999"},
            {"from_id": 1, "to_id": 3, "kind": "friend", "since": "2000"},
            {"from_id": 2, "to_id": 3, "kind": "rival", "since": "2001"},
        ],
    )
    await session.commit()
    found = await QueryBuilder(session, Person).with_pivots(Person.friends).order_by_key().get()
    assert [[friend.id for friend in person.friends] for person in found] == [[3, 2], [], []]
    assert found[0].friends_pivots == {2: {"since": "1999"}, 3: {"since": "2000"}}


async def test_edge_28_pivots_of_one_related_record_by_its_composite_key(create_tables, session):
    await create_tables(Apart.metadata)
    session.add_all([Person(id=1, seat=Seat(row="a", number=2)), Person(id=2)])
    await session.flush()
    await session.execute(stays.update().values(price=9))
    await session.commit()
    found = await QueryBuilder(session, Person).with_pivots(Person.seat).order_by_key().get()
    assert [person.seat and person.seat.number for person in found] == [2, None]
    assert [person.seat_pivots for person in found] == [{("a", 2): {"price": 9}}, {}]


async def test_what_has_no_pivots_is_refused(books, session):
    with pytest.raises(TypeError, match=r"Book\.author has no association table: load it with"):
        books.query().with_pivots(Book.author)
    with pytest.raises(AttributeError, match=r"Book has no relationship Author\.books"):
        books.query().with_pivots(Author.books)
    assert QueryBuilder(session, Writer).with_pivots(Writer.topics)
    Book.genres_pivots = None
    try:
        with pytest.raises(ValueError, match="Book has a genres_pivots already"):
            books.query().with_pivots(Book.genres)
    finally:
        del Book.genres_pivots


async def test_a_part_that_is_loaded_besides_does_not_replace_what_has_pivots(books, shelf):
    part = Book.genres.and_(Genre.name == "poetry")
    query = books.query().with_(part).with_pivots(Book.genres).order_by_key()
    for _ in range(2):  # the second time, the relationship is loaded already
        first, second, _ = await query.get()
        assert {genre.name for genre in first.genres} == {"poetry", "prose"}
        assert [genre.name for genre in second.genres] == ["prose"]
        assert first.genres_pivots[second.genres[0].id]["rank"] == 2
