"""Values that change in place: `update` stores them, and what is undone is as before."""

import pickle
from types import SimpleNamespace

import pytest
from sqlalchemy import ARRAY, JSON, Integer, MetaData, PickleType, TypeDecorator, literal
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from ftf.orm import Base, BaseRepository, TransactionMisuse, run_transaction, transaction

other_pickler = SimpleNamespace(dumps=pickle.dumps, loads=pickle.loads)  # noqa: S301  # a test's


class Wrapped(TypeDecorator[dict[str, object]]):
    impl = JSON
    cache_ok = True


class Page(Base):
    __tablename__ = "pages"
    metadata = MetaData()

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(default="")
    settings: Mapped[dict[str, object]] = mapped_column(JSON().with_variant(JSONB, "postgresql"))
    wrapped: Mapped[dict[str, object] | None] = mapped_column(Wrapped)
    pickled: Mapped[set[int] | None] = mapped_column(PickleType)
    numbers: Mapped[list[int] | None] = mapped_column(
        JSON().with_variant(ARRAY(Integer), "postgresql")
    )
    foreign: Mapped[list[int] | None] = mapped_column(PickleType(pickler=other_pickler))


class Pages(BaseRepository[Page]): ...


@pytest.fixture
async def pages(session, engine):
    async with engine.begin() as connection:
        await connection.run_sync(Page.metadata.create_all)
    yield Pages(session)
    await session.rollback()
    async with engine.begin() as connection:
        await connection.run_sync(Page.metadata.drop_all)


@pytest.fixture(params=["created", "found"])
async def page(request, session, pages) -> Page:
    made = Page(settings={"on": True, "deep": [{"a": 1}]}, wrapped={}, pickled={1}, numbers=[1])
    await pages.create(made)
    if request.param == "found":
        session.expunge_all()
    return await pages.find_or_fail(made.id)


@pytest.fixture
def stored(engine):
    async def read(page: Page) -> Page:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            return await Pages(session).find_or_fail(page.id)

    return read


async def test_what_was_changed_in_place_is_stored(pages, page, stored):
    page.settings["deep"][0]["a"] = 2
    page.wrapped["x"] = None
    page.pickled.add(2)
    page.numbers.append(2)
    await pages.update(page)
    seen = await stored(page)
    assert seen.settings == {"on": True, "deep": [{"a": 2}]}
    assert (seen.wrapped, seen.pickled, seen.numbers) == ({"x": None}, {1, 2}, [1, 2])
    page.settings["deep"].clear()
    await pages.update(page)
    assert (await stored(page)).settings == {"on": True, "deep": []}


async def test_what_only_looks_the_same_is_stored(pages, page, stored):
    page.settings = {"on": 1, "deep": [{"a": 1}]}
    await pages.update(page)
    assert (await stored(page)).settings["on"] is not True


async def test_what_was_not_changed_is_not_written(pages, page, statements):
    page.settings = {**page.settings}
    await pages.update(page)
    page.title = "x"
    await pages.update(page)
    assert [statement.count("=") for statement in statements] == [2]


@pytest.mark.parametrize("depth", [1, 2])
async def test_what_was_changed_in_place_and_undone_is_as_before(
    session, pages, page, stored, depth
):
    async def change(depth: int) -> None:
        async with transaction(session):
            if depth > 1:
                return await change(depth - 1)
            for page.title in ("x", "y"):
                page.settings["deep"].append(page.title)
                await pages.update(page)
            raise KeyError("x")

    with pytest.raises(KeyError, match="x"):
        await change(depth)
    assert page.settings == {"on": True, "deep": [{"a": 1}]}
    await pages.update(page)
    page.settings["deep"].append("x")
    await pages.update(page)
    assert (await stored(page)).settings["deep"] == [{"a": 1}, "x"]


async def test_a_new_record_whose_value_was_changed_in_place_is_as_before(session, pages):
    page = Page(settings={})
    with pytest.raises(KeyError, match="x"):
        async with transaction(session):
            await pages.create(page)
            page.settings["on"] = True
            await pages.update(page)
            raise KeyError("x")
    assert (page.id, page.settings) == (None, {})


async def test_an_expression_is_a_value_too(pages, page, stored):
    page.settings = literal({"on": False}, Page.settings.type)
    async with transaction(pages.session):
        await pages.update(page)
    await pages.refresh(page)
    page.settings["on"] = None
    await pages.update(page)
    assert (await stored(page)).settings == {"on": None}


async def test_a_change_in_place_is_pending_before_run_transaction(session, pages, page):
    async def work(tx) -> None:
        raise AssertionError("never here")

    page.settings["on"] = False
    with pytest.raises(TransactionMisuse, match="pending changes"):
        await run_transaction(session, work)
