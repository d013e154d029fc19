"""Keys that no row can have, and keys of another type."""

from collections.abc import AsyncIterator
from decimal import Decimal
from uuid import uuid4

import pytest
from bookshop import Author, Shelf
from sqlalchemy import BigInteger, MetaData, Numeric, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, BaseRepository, InvalidValue, QueryBuilder, RecordNotFound, transaction


class Counter(Base):
    __tablename__ = "counters"
    metadata = MetaData()

    small: Mapped[int] = mapped_column(SmallInteger, primary_key=True)
    big: Mapped[int] = mapped_column(BigInteger, primary_key=True)


class Amount(Base):
    __tablename__ = "amounts"
    metadata = Counter.metadata

    exact: Mapped[Decimal] = mapped_column(Numeric(6, 2), primary_key=True)
    small: Mapped[Decimal] = mapped_column(Numeric(2, 3), primary_key=True)


class ShelfRepository(BaseRepository[Shelf]): ...


@pytest.fixture
async def counters(engine, session) -> AsyncIterator[BaseRepository[Counter]]:
    async with engine.begin() as connection:
        await connection.run_sync(Counter.metadata.create_all)
    yield QueryBuilder(session, Counter)
    await session.rollback()
    async with engine.begin() as connection:
        await connection.run_sync(Counter.metadata.drop_all)


@pytest.mark.parametrize("key", [3_000_000_000, 2**63, -(2**63) - 1, 10**30, None])
async def test_a_key_that_no_row_can_have_is_not_found(authors, key):
    assert await authors.find(key) is None
    with pytest.raises(RecordNotFound, match="Author not found"):
        await authors.find_or_fail(key)
    assert not await authors.exists(key)
    assert await authors.find_many([key]) == []
    assert await authors.query().where_key(key).get() == []


async def test_a_number_that_a_numeric_column_does_not_hold_is_no_key(counters, session):
    amounts = QueryBuilder(session, Amount)
    zero = Decimal(0)
    for key in ("1e400", "-1e999999", "9999.995", "-9999.995", "NaN", "9999.994"):
        assert await amounts.find_many([(Decimal(key), zero), (10**30, zero)]) == []
    kept = Amount(exact=Decimal("-9999.99"), small=zero)
    session.add(kept)
    assert await amounts.find((Decimal("-9999.99"), zero)) is kept


@pytest.mark.parametrize("key", ["1", 1.5, "a", b"1", uuid4()])
async def test_a_key_of_another_type_is_refused(authors, key):
    text = r"authors\.id takes int, so that .* cannot be a key"
    for ask in (authors.find, authors.find_or_fail, authors.exists):
        with pytest.raises(InvalidValue, match=text):
            await ask(key)
    with pytest.raises(InvalidValue, match=text):
        await authors.find_many([1, key])
    with pytest.raises(InvalidValue, match="cannot be a key"):
        authors.query().where_key(1, key)


async def test_keys_that_can_be_are_found_beside_those_that_cannot(authors):
    first = await authors.create(Author(name="Ada"))
    assert await authors.find_many([2**70, first.id]) == [first]


@pytest.mark.parametrize("room", ["\ud800", "a\x00b"])
async def test_a_text_that_cannot_be_stored_is_no_key(session, room):
    shelves = ShelfRepository(session)
    assert await shelves.find((room, 1)) is None
    assert await shelves.find_many([(room, 1), ("é", 2)]) == []


async def test_a_key_of_another_number_of_columns_is_refused(session):
    for key in (1, ("a", 1, 2)):
        with pytest.raises(ValueError, match="a key of Shelf has 2 columns, unlike"):
            await ShelfRepository(session).find(key)


async def test_each_width_of_a_whole_number_has_its_own_limit(counters):
    counters.session.add(Counter(small=2**15 - 1, big=2**63 - 1))
    await counters.session.commit()
    keys = [(2**15 - 1, 2**63 - 1), (2**15, 1), (1, 2**63)]
    assert [counter.big for counter in await counters.find_many(keys)] == [2**63 - 1]


async def test_a_transaction_goes_on_after_a_key_that_no_row_can_have(session, authors):
    async with transaction(session):
        assert await authors.find(2**63) is None
        assert await authors.count() == 0
