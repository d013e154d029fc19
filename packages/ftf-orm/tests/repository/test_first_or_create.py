import asyncio
from contextlib import nullcontext

import pytest
from bookshop import Author, AuthorRepository, Book, Genre
from sqlalchemy import delete, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.orm import BaseRepository, DuplicateRecord, StaleRecord, transaction


async def test_what_is_missing_is_created_and_what_is_there_found(authors, seen):
    ada, created = await authors.first_or_create({Author.email: "a@b.c"}, {"name": "Ada"})
    assert (ada.name, ada.email, created) == ("Ada", "a@b.c", True)
    assert (await seen(Author, ada.id)).name == "Ada"
    again = await authors.first_or_create({"email": "a@b.c"}, {Author.name: "Eve"})
    assert again == (ada, False)
    assert ada.name == "Ada"


async def test_a_missing_value_can_be_matched(authors):
    ada, _ = await authors.first_or_create({Author.name: "Ada", Author.born: None})
    assert await authors.first_or_create({Author.name: "Ada", Author.born: None}) == (ada, False)


async def test_nothing_matches_nobody_in_particular(authors, seen):
    ada = await authors.create(Author(name="Ada"))
    with pytest.raises(
        ValueError, match="match has no values: pass those that identify the Author"
    ):
        await authors.update_or_create({}, {Author.name: "Eve"})
    with pytest.raises(
        ValueError, match="match has no values: pass those that identify the Author"
    ):
        await authors.first_or_create({}, {Author.name: "Eve"})
    assert (await seen(Author, ada.id)).name == "Ada"
    assert await authors.count() == 1


async def test_what_is_there_is_changed(authors, seen):
    ada, created = await authors.update_or_create({Author.email: "a@b.c"}, {Author.name: "Ada"})
    assert created
    found = await authors.update_or_create({Author.email: "a@b.c"}, {Author.name: "Augusta"})
    assert found == (ada, False)
    assert (await seen(Author, ada.id)).name == "Augusta"


@pytest.mark.parametrize(
    "opened", [lambda _: nullcontext(), transaction], ids=["bare", "transaction"]
)
async def test_values_are_stored_whatever_the_session_knew(authors, engine, seen, opened):
    ada = await authors.create(Author(name="Ada", email="a@b.c", born=1815))
    await authors.load(ada, Author.books)
    async with AsyncSession(engine, expire_on_commit=False) as other:
        await other.execute(update(Author).values(born=1816, name="Eve"))
        await other.commit()
    async with opened(authors.session):
        await authors.update_or_create({Author.email: "a@b.c"}, {Author.born: 1815})
    assert (await seen(Author, ada.id)).born == 1815
    assert (ada.name, ada.books) == ("Eve", [])


async def test_changes_that_are_pending_are_stored_before(engine, seen):
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        authors = AuthorRepository(session)
        ada = await authors.create(Author(name="Ada", email="a@b.c", born=1815))
        ada.name, ada.born = "Augusta", 1816
        await authors.update_or_create({Author.email: "a@b.c"}, {Author.born: 1815})
    found = await seen(Author, ada.id)
    assert (found.name, found.born) == ("Augusta", 1815)


async def test_a_record_that_is_removed_meanwhile_is_not_changed(engine, session):
    class Late(AuthorRepository):
        async def first_or_create(self, match, values=None):
            found = await super().first_or_create(match, values)
            async with AsyncSession(engine, expire_on_commit=False) as other:
                await other.execute(delete(Author))
                await other.commit()
            return found

    await AuthorRepository(session).create(Author(name="Ada", email="a@b.c"))
    with pytest.raises(StaleRecord, match="changed or removed meanwhile"):
        await Late(session).update_or_create({Author.email: "a@b.c"}, {Author.born: 1815})
    assert await AuthorRepository(session).count() == 0


async def test_edge_39_another_value_that_is_taken_is_no_match(authors):
    await authors.create(Author(name="Ada", born=1815))
    with pytest.raises(DuplicateRecord, match="name and born"):
        await authors.first_or_create({Author.email: "x@y.z"}, {"name": "Ada", "born": 1815})


@pytest.mark.slow
async def test_edge_39_a_hundred_at_once_create_one(engine):
    async def call() -> tuple[int, bool]:
        async with AsyncSession(engine, expire_on_commit=False) as session:
            authors = AuthorRepository(session)
            author, created = await authors.first_or_create(
                {Author.email: "a@b.c"}, {Author.name: "Ada"}
            )
            return author.id, created

    results = await asyncio.gather(*(call() for _ in range(100)))
    assert len({key for key, _ in results}) == 1
    assert sum(created for _, created in results) == 1
    async with AsyncSession(engine, expire_on_commit=False) as session:
        assert await AuthorRepository(session).count() == 1


@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
async def test_edge_39_a_race_that_is_lost_inside_a_transaction_leaves_it_open(engine, authors):
    async def lose() -> tuple[Author, bool]:
        async with AsyncSession(engine, expire_on_commit=False) as session, transaction(session):
            await AuthorRepository(session).create(Author(name="Bo"))
            return await AuthorRepository(session).first_or_create(
                {Author.email: "a@b.c"}, {"name": "Eve"}
            )

    async with transaction(authors.session):
        await authors.create(Author(name="Ada", email="a@b.c"))
        task = asyncio.create_task(lose())
        waiting = text("SELECT 1 FROM pg_locks WHERE NOT granted")
        while not await authors.session.scalar(waiting):
            assert not task.done()
    loser, created = await task
    assert (loser.name, created) == ("Ada", False)
    assert await authors.count() == 2


async def test_edge_39_a_race_that_is_lost_costs_no_other_change(engine, authors):
    class Late(AuthorRepository):
        """Does not see what another one stores after it has looked."""

        async def _matching(self, match) -> Author | None:
            found = await super()._matching(match)
            if await authors.count() == 1:
                await authors.create(Author(name="Ada", email="a@b.c"))
            return found

    bo = await authors.create(Author(name="Bo"))
    async with AsyncSession(engine, expire_on_commit=False, autoflush=False) as session:
        late = Late(session)
        bo = await late.find_or_fail(bo.id)
        bo.born = 1900
        ada, created = await late.first_or_create({Author.email: "a@b.c"}, {"name": "Eve"})
        assert (ada.name, created, bo.born) == ("Ada", False, 1900)
        await late.update(bo)
    assert await authors.query().where_key(bo.id).value(Author.born) == 1900


@pytest.mark.parametrize("is_loaded", [True, False])
async def test_edge_39_a_race_that_is_lost_leaves_nothing_with_the_related_records(
    engine, session, is_loaded
):
    class Late(BaseRepository[Genre]):
        """Does not see what another one stores after it has looked."""

        async def _matching(self, match) -> Genre | None:
            found = await super()._matching(match)
            async with AsyncSession(engine, expire_on_commit=False) as other:
                if await BaseRepository(other, Genre).count() == 1:
                    await BaseRepository(other, Genre).create(Genre(id=5, name="winner"))
            return found

    late = Late(session)
    parent = await late.create(Genre(id=1, name="parent"))
    if is_loaded:
        await late.load(parent, Genre.children)
    found, created = await late.first_or_create({Genre.id: 5}, {"name": "x", "parent": parent})
    assert (found.name, created, found.parent_id) == ("winner", False, None)
    await late.load_missing(parent, Genre.children)
    assert parent.children == []
    parent.name = "changed"
    await late.update(parent)
    assert sorted(await late.query().pluck(Genre.name)) == ["changed", "winner"]


@pytest.mark.parametrize("wrong", ["nickname", Book.title])
async def test_a_value_that_belongs_to_nothing_is_refused(authors, wrong):
    with pytest.raises(AttributeError, match=r"Author has no attribute (nickname|Book\.title)"):
        await authors.first_or_create({wrong: 1})
