"""Many records at once: in their order, with keys and defaults."""

from collections import defaultdict
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
from apart import apart
from bookshop import Author, AuthorRepository, Book, Review, Shelf
from ledger import Account
from sqlalchemy import (
    JSON,
    BigInteger,
    Computed,
    ForeignKey,
    Integer,
    Numeric,
    String,
    TypeDecorator,
    func,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import (
    BaseRepository,
    ColumnNotLoaded,
    DuplicateRecord,
    InvalidValue,
    NotNullViolation,
    RecordOfOtherSession,
    UtcDateTime,
    session_factory,
    transaction,
)


async def test_edge_41_rows_become_records_in_their_order(authors, session, seen):
    made = await authors.create_many({Author.name: f"author {number}"} for number in range(2_500))
    assert [author.name for author in made] == [f"author {number}" for number in range(2_500)]
    keys = [author.id for author in made]
    assert keys == sorted(set(keys))
    assert all(author in session for author in made)
    assert (await seen(Author, keys[7])).name == "author 7"
    assert await authors.find(keys[7]) is made[7]


async def test_edge_41_a_statement_has_many_rows(authors, statements):
    await authors.create_many({"name": f"author {number}"} for number in range(1_000))
    assert len(statements) == 1


async def test_edge_41_a_missing_value_is_the_default_and_none_is_null(accounts):
    made = await accounts.create_many(
        [
            {"owner": "a"},
            {"amount": 5, "owner": "b"},
            {Account.owner: "c", "settings": {"on": True}},
            {"owner": "d", "amount": 6},
        ]
    )
    assert [account.owner for account in made] == ["a", "b", "c", "d"]
    assert [account.amount for account in made] == [0, 5, 0, 6]
    assert [account.twice for account in made] == [0, 10, 0, 12]
    assert [account.settings for account in made] == [{}, {}, {"on": True}, {}]
    assert {account.version for account in made} == {1}
    assert {account.created_at == account.updated_at for account in made} == {True}
    made[0].amount = 3
    await accounts.update(made[0])
    assert made[0].version == 2


async def test_edge_41_none_is_stored_where_the_column_has_a_default(make):
    class Plant(apart()):
        __tablename__ = "plants"
        id: Mapped[int] = mapped_column(primary_key=True)
        height: Mapped[int | None] = mapped_column(default=7)
        kind: Mapped[str] = mapped_column(server_default="fern")
        label: Mapped[str] = mapped_column(Computed("kind || '!'"))

    plants = await make(Plant)
    made = await plants.create_many([{"height": None}, {"kind": "moss"}])
    assert [(plant.height, plant.kind, plant.label) for plant in made] == [
        (None, "fern", "fern!"),
        (7, "moss", "moss!"),
    ]


async def test_edge_41_values_of_every_type_are_stored_in_one_statement(make, statements):
    class Colour(Enum):
        RED = "r"

    class Lowered(TypeDecorator[str]):
        impl = String
        cache_ok = True

        def bind_expression(self, bindvalue):
            return func.lower(bindvalue)

    class Sample(apart()):
        __tablename__ = "many_samples"
        id: Mapped[int] = mapped_column(primary_key=True)
        number: Mapped[int | None]
        text: Mapped[str | None]
        price: Mapped[Decimal | None] = mapped_column(Numeric(8, 2))
        token: Mapped[UUID | None]
        data: Mapped[bytes | None]
        day: Mapped[date | None]
        time: Mapped[datetime | None] = mapped_column(UtcDateTime)
        ratio: Mapped[float | None]
        is_on: Mapped[bool | None]
        named: Mapped[str] = mapped_column(String(9), default="x")
        big: Mapped[int | None] = mapped_column(BigInteger().with_variant(Integer, "sqlite"))
        colour: Mapped[Colour | None]
        facts: Mapped[dict[str, int] | None] = mapped_column(JSON)
        lower: Mapped[str | None] = mapped_column(Lowered)

    samples = await make(Sample)
    now = datetime(2026, 1, 1, tzinfo=UTC)
    plain = {"number": 1, "text": "é", "price": Decimal("1.50"), "token": UUID(int=1), "big": 2**40}
    others = {"data": b"\0", "day": now.date(), "time": now, "ratio": 0.5, "is_on": True}
    for row in (plain | others, {"colour": Colour.RED, "facts": {"a": 1}}):
        rows = [row, dict.fromkeys(row), *[row] * 98, {**row, "named": "y"}]
        statements.clear()
        made = await samples.create_many(rows[:100])
        assert len(statements) == 1
        made += await samples.create_many(rows[100:])
        assert [sample.id for sample in made] == sorted(sample.id for sample in made)
        for sample, given in zip(made, rows, strict=True):
            assert {name: getattr(sample, name) for name in given} == given
        assert [made[0].named, made[-1].named] == ["x", "y"]
    made = await samples.create_many({"lower": "A"} for _ in range(100))
    assert {sample.lower for sample in made} == {"a"}


async def test_edge_41_a_value_of_many_that_is_not_valid_is_named(authors):
    rows = [{"name": f"{number}", "born": number} for number in range(100)]
    with pytest.raises(InvalidValue, match="is not valid for the database"):
        await authors.create_many([*rows, {"name": "x", "born": 2**70}])
    with pytest.raises(DuplicateRecord, match="name and born"):
        await authors.create_many([*rows, rows[0]])
    assert await authors.count() == 0


async def test_edge_14_keys_of_other_kinds_and_renamed_columns_and_kinds_of_a_hierarchy(
    session, make
):
    base = apart()

    class Thing(base):
        __tablename__ = "things"
        __mapper_args__: ClassVar = {"polymorphic_on": "kind", "polymorphic_identity": "thing"}
        id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
        title: Mapped[str] = mapped_column("heading")
        kind: Mapped[str]

    class Toy(Thing):
        __mapper_args__: ClassVar = {"polymorphic_identity": "toy"}

    class Token(base):
        __tablename__ = "tokens"
        value: Mapped[str] = mapped_column(primary_key=True, server_default=text("'x'"))
        number: Mapped[int]

    await make(Thing)
    toys = await BaseRepository(session, Toy).create_many({"title": name} for name in "bca")
    assert [toy.title for toy in toys] == ["b", "c", "a"]
    assert {toy.kind for toy in toys} == {"toy"}
    token = await BaseRepository(session, Token).create_many([{Token.number: 1}])
    assert token[0].value == "x"
    shelves = await BaseRepository(session, Shelf).create_many(
        {"room": room, "number": 1} for room in "ba"
    )
    assert [shelf.room for shelf in shelves] == ["b", "a"]


@pytest.mark.parametrize("key", [Author.email, "email"])
async def test_rows_have_their_columns_in_any_order(authors, key):
    rows = [{Author.name: "Ada", key: "a"}, {key: "b", Author.name: "Bo"}, {"name": "Cy", key: "c"}]
    found = await authors.create_many([*rows, {"born": 1, "name": "Di"}])
    assert [(author.name, author.email) for author in found] == [
        ("Ada", "a"),
        ("Bo", "b"),
        ("Cy", "c"),
        ("Di", None),
    ]


async def test_rows_that_make_missing_values_get_none_of_them(authors):
    rows = [defaultdict(lambda: "made", row) for row in ({"name": "Ada"}, {"email": "b"})]
    with pytest.raises(NotNullViolation):
        await authors.create_many(rows)
    rows[1]["name"] = "Bo"
    found = await authors.create_many(rows)
    assert [author.email for author in found] == [None, "b"]
    assert rows[0] == {"name": "Ada"}


async def test_records_are_stored_with_those_that_they_refer_to(books, seen):
    ada = Author(name="Ada")
    made = [Book(title=title, author=ada, reviews=[Review(stars=5)]) for title in "ab"]
    assert await books.create_many(made) == made
    assert (await seen(Book, made[1].id)).author_id == ada.id
    assert await books.create_many([]) == []


async def test_edge_44_rows_and_records_are_checked_before_any_is_stored(authors, engine):
    ada = await authors.create(Author(name="Ada"))
    for rows in ([Author(name="a"), {"name": "b"}], [Author(name="a"), Book()], [None], ["name"]):
        with pytest.raises(TypeError, match=r"is for records of Author, not|is not a mapping"):
            await authors.create_many(rows)
    for row in ({"books": []}, {"nothing": 1}, {Book.title: "a"}):
        with pytest.raises(AttributeError, match=r"is not a column of|has no attribute"):
            await authors.create_many([{"name": "a"}, row])
    for value in (func.lower("A"), Author.email):
        with pytest.raises(ValueError, match="row 1 has a SQL expression"):
            await authors.create_many([{"name": "a"}, {"name": value}])
    async with session_factory(engine)() as other:
        with pytest.raises(RecordOfOtherSession):
            await AuthorRepository(other).create_many([Author(name="b"), ada])
        assert not other.new
    assert await authors.count() == 1


@pytest.mark.parametrize("inside", [True, False])
async def test_edge_35_all_rows_are_stored_or_none(authors, session, inside):
    rows = [{"name": f"author {number}", "email": "same"} for number in range(2)]

    async def fail() -> None:
        with pytest.raises(DuplicateRecord) as caught:
            await authors.create_many(rows)
        assert caught.value.columns == ("email",)
        with pytest.raises(InvalidValue):
            await authors.create_many(
                [{"name": "a"}, {"name": "b", "born": "x" * 3}, {"born": 2**70}]
            )

    if inside:
        async with transaction(session):
            await authors.create(Author(name="Ada"))
            await fail()
    else:
        await authors.create(Author(name="Ada"))
        await fail()
    assert await authors.query().pluck(Author.name) == ["Ada"]


async def test_records_of_rows_that_are_undone_have_no_values(authors, session):
    async def fail() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            (made,) = await authors.create_many([{"name": "Ada"}])
            assert made.name == "Ada"
            await fail()
    with pytest.raises(ColumnNotLoaded):
        _ = made.name
    assert await authors.count() == 0


async def test_a_model_of_several_tables_is_stored_by_its_records(make):
    class Person(apart()):
        __tablename__ = "persons"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Singer(Person):
        __tablename__ = "singers"
        id: Mapped[int] = mapped_column(ForeignKey(Person.id), primary_key=True)
        voice: Mapped[str]

    singers = await make(Singer)
    with pytest.raises(TypeError, match="a Singer is stored in several tables"):
        await singers.create_many([{"voice": "alto"}])
    assert [singer.id for singer in await singers.create_many([Singer(voice="alto")])] == [1]
