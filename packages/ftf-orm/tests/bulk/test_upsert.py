"""Rows that are stored already: updated or ignored, by the database and in one statement."""

import asyncio

import pytest
from apart import apart
from bookshop import Author, AuthorRepository, Book
from ledger import Account
from sqlalchemy import Index, String, TypeDecorator, func, text
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import (
    DuplicateRecord,
    NotNullViolation,
    QueryBuilder,
    session_factory,
    transaction,
)


async def test_edge_40_rows_are_inserted_or_updated_and_returned_in_order(authors, seen):
    ada = await authors.create(Author(name="Ada", email="a@b.c", born=1))
    found = await authors.upsert(
        [
            {Author.email: "e@b.c", Author.name: "Eve", Author.born: 3},
            {Author.email: "a@b.c", Author.name: "Augusta", Author.born: 2},
        ],
        unique_by=[Author.email],
        update=[Author.name],
    )
    assert [author.name for author in found] == ["Eve", "Augusta"]
    assert found[1] is ada
    assert (ada.born, found[0].born) == (1, 3)
    assert (await seen(Author, ada.id)).name == "Augusta"


async def test_edge_40_all_given_columns_but_the_unique_ones_are_updated(authors):
    await authors.upsert([{"email": "a", "name": "Ada", "born": 1}], unique_by=["email"])
    (ada,) = await authors.upsert([{"email": "a", "name": "Eve", "born": 2}], unique_by=["email"])
    assert (ada.name, ada.born, await authors.count()) == ("Eve", 2, 1)


async def test_edge_40_a_row_that_comes_twice_is_updated_with_the_last(authors):
    rows = [
        {"email": "a", "name": "first", "born": 1},
        {"email": "b", "name": "other", "born": 2},
        {"email": "a", "name": "last", "born": 3},
    ]
    found = await authors.upsert(rows, unique_by=["email"], update=["name"])
    assert found[0] is found[2]
    assert [(author.name, author.born) for author in found[:2]] == [("last", 1), ("other", 2)]
    assert await authors.count() == 2


async def test_edge_40_versions_and_timestamps_move(accounts):
    (made,) = await accounts.create_many([{"owner": "Ada", "amount": 1}])
    stored = made.updated_at
    rows = [{"owner": "Ada", "amount": 2}, {"owner": "Bo"} | {"amount": 3}]
    found = await accounts.upsert(rows, unique_by=[Account.owner])
    assert found[0] is made
    assert (made.version, made.twice, made.amount) == (2, 4, 2)
    assert made.updated_at > stored >= made.created_at
    assert (found[1].version, found[1].settings) == (1, {})
    made.amount = 9
    await accounts.update(made)
    assert made.version == 3


async def test_edge_40_many_rows_take_few_statements(authors, statements):
    await authors.create_many({"name": "x", "email": f"{number}"} for number in range(0, 3_000, 2))
    statements.clear()
    rows = [{"name": f"author {number}", "email": f"{number}"} for number in range(3_000)]
    found = await authors.upsert(rows, unique_by=["email"])
    assert [author.name for author in found] == [row["name"] for row in rows]
    assert len(statements) == 3
    assert await authors.count() == 3_000


async def test_edge_40_two_sessions_at_once_make_no_duplicate(engine, authors):
    async def write(number: int) -> list[int]:
        async with session_factory(engine)() as session:
            rows = [{"email": f"{each}", "name": f"by {number}"} for each in range(20)]
            found = await AuthorRepository(session).upsert(rows, unique_by=["email"])
            return [author.id for author in found]

    keys = await asyncio.gather(*map(write, range(4)))
    assert len({*map(tuple, keys)}) == 1
    assert await authors.count() == 20
    assert await authors.query().distinct().pluck(Author.name) in ([f"by {n}"] for n in range(4))


class Adults(AuthorRepository):
    """A repository from which some records are hidden."""

    def query(self) -> QueryBuilder[Author]:
        return super().query().where(func.coalesce(Author.born, 0) < 2000)


@pytest.mark.parametrize("inside", [True, False])
async def test_edge_40_a_hidden_record_is_not_updated(session, authors, inside):
    hidden = await authors.create(Author(name="Kid", email="k", born=2020))
    rows = [{"name": "New", "email": "n"}, {"name": "x", "email": "k"}]

    async def fail() -> None:
        with pytest.raises(DuplicateRecord) as caught:
            await Adults(session).upsert(rows, unique_by=["email"])
        assert caught.value.columns == ("email",)

    if inside:
        async with transaction(session):
            await fail()
    else:
        await fail()
    assert (hidden.name, await authors.count()) == ("Kid", 1)
    assert await Adults(session).insert_or_ignore(rows) != []


class Lower(TypeDecorator[str]):
    """Texts that differ for Python alone."""

    impl = String
    cache_ok = True

    def process_bind_param(self, value, _):
        return value.lower()


async def test_edge_40_what_is_equal_for_the_database_alone_is_one_record(make):
    class Tag(apart()):
        __tablename__ = "lower_tags"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(Lower, unique=True)
        uses: Mapped[int]

    tags = await make(Tag)
    (first,) = await tags.create_many([{"name": "Art", "uses": 1}])
    assert await tags.upsert([{"name": "ART", "uses": 2}], unique_by=[Tag.name]) == [first]
    assert (first.name, first.uses) == ("art", 2)
    twice = [{"name": "x", "uses": 1}, {"name": "X", "uses": 2}]
    with pytest.raises(DuplicateRecord) as caught:
        await tags.upsert(twice, unique_by=[Tag.name])
    assert (caught.value.columns, await tags.count()) == (("name",), 1)


async def test_edge_40_a_partial_unique_index_and_a_key_decide_as_well(make):
    living = {f"{dialect}_where": text("NOT gone") for dialect in ("postgresql", "sqlite")}

    class Slug(apart()):
        __tablename__ = "slugs"
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str]
        gone: Mapped[bool] = mapped_column(default=False)
        uses: Mapped[int] = mapped_column(default=0)

        __table_args__ = (
            Index("living", "name", unique=True, **living),
            Index("shout", func.abs(uses.column), "id", unique=True),
        )

    slugs = await make(Slug)
    await slugs.create_many([{"name": "a", "gone": True}, {"name": "a"}])
    (slug,) = await slugs.upsert([{"name": "a", "uses": 5}], unique_by=["name"])
    assert (slug.gone, slug.uses, await slugs.count()) == (False, 5, 2)
    (same,) = await slugs.upsert([{"id": slug.id, "name": "b"}], unique_by=["id"])
    assert (same, same.name) == (slug, "b")
    with pytest.raises(ValueError, match="not uses, id"):
        await slugs.upsert([{"id": 1, "uses": 1, "name": "b"}], unique_by=["uses", "id"])


async def test_edge_40_conditions_of_indexes_are_expressions_and_other_rules_keep_their_error(make):
    class Coupon(apart()):
        __tablename__ = "coupons"
        id: Mapped[int] = mapped_column(primary_key=True)
        code: Mapped[str]
        shop: Mapped[int]
        used: Mapped[bool] = mapped_column(default=False)

    fresh = Coupon.__table__.c.used.is_(False)
    Index("fresh", Coupon.code, unique=True, postgresql_where=fresh, sqlite_where=fresh)
    Index("number", Coupon.shop, unique=True)
    coupons = await make(Coupon)
    for unique in ([Coupon.code], [Coupon.shop]):
        (one,) = await coupons.upsert([{"code": "a", "shop": 1}], unique_by=unique)
    assert (await coupons.count(), one.code) == (1, "a")
    with pytest.raises(NotNullViolation, match="shop"):
        await coupons.upsert([{"code": "b", "shop": None}], unique_by=[Coupon.code])


async def test_edge_40_what_is_ignored_is_not_returned(authors):
    ada = await authors.create(Author(name="Ada", email="a"))
    rows = [
        {"name": "Eve", "email": "a"},
        {"name": "Bo", "email": "b"},
        {"name": "B", "email": "b"},
    ]
    for unique in ({}, {"unique_by": [Author.email]}):
        found = await authors.insert_or_ignore(rows, **unique)
        assert [author.name for author in found] == (["Bo"] if not unique else [])
    assert (ada.name, await authors.count()) == ("Ada", 2)
    assert await authors.insert_or_ignore([]) == []
    with pytest.raises(DuplicateRecord, match="email"):
        await authors.insert_or_ignore(rows, unique_by=[Author.name, Author.born])


async def test_edge_40_a_rollback_restores_what_was_updated(session, authors, books):
    ada = await authors.create(Author(name="Ada", email="a"))
    await books.create(Book(title="Notes", author_id=ada.id))
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await authors.upsert([{"name": "Eve", "email": "a"}], unique_by=["email"])
            assert ada.name == "Eve"
            raise KeyError("x")
    assert ada.name == "Ada"
    ada.name = "Augusta"  # pending, and written before
    await authors.upsert(
        [{"name": "x", "email": "a", "born": 5}], unique_by=["email"], update=["born"]
    )
    assert (ada.name, ada.born) == ("Augusta", 5)


async def test_edge_40_bad_arguments_are_refused_before_anything_is_written(authors, statements):
    async def upsert(*rows, unique_by=("email",), update=None):
        await authors.upsert(rows, unique_by=unique_by, update=update)

    statements.clear()
    with pytest.raises(ValueError, match=r"unique_by must be the columns of .* authors, not name"):
        await upsert({"name": "a"}, unique_by=["name"])
    with pytest.raises(ValueError, match="unique_by has no columns"):
        await upsert({"name": "a"}, unique_by=[])
    with pytest.raises(ValueError, match="update has no columns: pass some, or use insert_or_ig"):
        await upsert({"email": "a"})
    with pytest.raises(ValueError, match=r"row 1 has no value for authors\.email"):
        await upsert({"email": "a", "name": "a"}, {"name": "a"})
    with pytest.raises(ValueError, match=r"row 0 has no value for authors\.born"):
        await upsert({"email": "a", "name": "a"}, update=[Author.born])
    with pytest.raises(ValueError, match=r"row 0 has None for authors\.email, and NULL conflicts"):
        await upsert({"email": None, "name": "a"})
    with pytest.raises(AttributeError, match=r"Author has no attribute Book\.title"):
        await upsert({"email": "a", "name": "a"}, update=[Book.title])
    with pytest.raises(ValueError, match="unique_by must be the columns"):
        await authors.insert_or_ignore([{"name": "a"}], unique_by=[Author.name])
    assert await authors.upsert([], unique_by=["email"]) == []
    assert statements == []
