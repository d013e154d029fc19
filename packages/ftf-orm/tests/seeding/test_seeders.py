"""Seeders: their order, what fails, and where they run."""

from contextlib import suppress

import pytest
from bookshop import Author, AuthorRepository, Book, BookRepository, Genre
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Container
from ftf.orm import (
    BaseRepository,
    DatabaseProvider,
    DuplicateRecord,
    Seeder,
    SeederFailed,
    SeederRefused,
    run_seeders,
    transaction,
)


@pytest.fixture
def container(database_url, engine) -> Container:
    container = Container()
    container.add_provider(DatabaseProvider(database_url))
    return container


class Authors(Seeder):
    environments = Seeder.ALL

    def __init__(self, authors: AuthorRepository) -> None:
        self.authors = authors

    async def run(self) -> None:
        await self.authors.first_or_create({Author.name: "Ada"}, {"born": 1815})


class Books(Seeder):
    after = (Authors,)

    def __init__(self, books: BookRepository, authors: AuthorRepository) -> None:
        self.books = books
        self.authors = authors

    async def run(self) -> None:
        ada = await self.authors.query().where(Author.name == "Ada").sole()
        title = f"Notes {self.random.randint(1, 10**6)}"
        await self.books.first_or_create({Book.title: title}, {"author_id": ada.id})


class Failing(Seeder):
    environments = Seeder.ALL
    after = (Books,)

    def __init__(self, authors: AuthorRepository) -> None:
        self.authors = authors

    async def run(self) -> None:
        await self.authors.create(Author(name="Eve"))
        raise KeyError("x")


class Last(Seeder):
    after = (Failing, Authors)

    async def run(self) -> None:
        raise AssertionError("does not run")


async def run(container: Container, *seeders: type[Seeder], **options) -> list[str]:
    async with container:
        ran = await run_seeders(container, seeders, **{"environment": "local", **options})
    assert all(each.seconds >= 0 for each in ran)
    return [each.seeder.__name__ for each in ran]


async def test_edge_56_seeders_run_after_those_that_they_need_and_once(container, authors, books):
    assert await run(container, Books, Authors, Books) == ["Authors", "Books"]
    assert (await authors.count(), await books.count()) == (1, 1)


async def test_edge_56_a_second_run_changes_nothing(database_url, engine, authors, books):
    titles = []
    for _ in range(2):
        container = Container()
        container.add_provider(DatabaseProvider(database_url))
        await run(container, Books, seed=7)
        titles.append(await books.query().pluck(Book.title))
    assert titles[0] == titles[1]
    assert len(titles[0]) == 1


class Library(Seeder):
    """Inserts in each way, of which one is rolled back."""

    def __init__(self, authors: AuthorRepository, session: AsyncSession) -> None:
        self.authors = authors
        self.books = BaseRepository(session, Book)
        self.genres = BaseRepository(session, Genre)
        self.session = session

    async def run(self) -> None:
        ada, _ = await self.authors.first_or_create({Author.email: "a@b.c"}, {"name": "Ada"})
        rows = [{"name": "Ada", "email": "a@b.c"}, {"name": "Bo", "email": "b@b.c"}]
        await self.authors.insert_or_ignore(rows)
        await self.books.create_many({"title": f"{n}", "author_id": ada.id} for n in range(3))
        await self.genres.insert_many({"name": f"{n}"} for n in range(1_500))
        await self.session.execute(insert(Genre), [{"name": "x"}, {"name": "y"}])
        await self.session.execute(text("UPDATE authors SET born = 1815"))
        with pytest.raises(DuplicateRecord, match="email"):
            await self.authors.create(Author(name="Eve", email="a@b.c"))
        with suppress(KeyError):
            async with transaction(self.session):
                await self.authors.create(Author(name="Eve"))
                raise KeyError


async def test_edge_56_the_rows_that_a_seeder_inserted_are_counted_by_table(container):
    async with container:
        (first,) = await run_seeders(container, [Library], environment="local")
        (again,) = await run_seeders(container, [Authors], environment="local")
    assert first.rows == {"authors": 2, "books": 3, "genres": 1_502}
    assert again.rows == {}


async def test_edge_56_one_that_fails_is_rolled_back_and_named_with_those_before(
    container, authors
):
    with pytest.raises(SeederFailed, match=r"Failing failed with KeyError.* Authors, Books$") as e:
        await run(container, Last)
    assert (e.value.seeder, e.value.done) == (Failing, (Authors, Books))
    assert isinstance(e.value.__cause__, KeyError)
    assert await authors.query().pluck(Author.name) == ["Ada"]


@pytest.mark.parametrize("variable", ["FTF_ENV", "FASTAPI_ENV", None])
async def test_edge_56_production_is_the_default_and_runs_only_what_is_for_it(
    container, authors, monkeypatch, variable, caplog
):
    for name in ("FTF_ENV", "FASTAPI_ENV"):
        monkeypatch.delenv(name, raising=False)
    if variable is not None:
        monkeypatch.setenv(variable, "production")
    async with container:
        with pytest.raises(
            SeederRefused, match=r"Books: not for the environment 'production'"
        ) as e:
            await run_seeders(container, [Books])
        assert (e.value.seeders, e.value.environment) == ((Books,), "production")
        assert await authors.count() == 0
        assert len(await run_seeders(container, [Authors])) == 1
        assert not caplog.messages
        assert len(await run_seeders(container, [Books], force=True)) == 2
    assert caplog.messages == ["Books run in production by force"]


async def test_edge_56_a_circle_and_what_is_no_seeder_are_named(container):
    class One(Authors): ...

    class Two(Authors):
        after = (One,)

    class Three(Authors):
        after = (Two,)

    One.after = (Three,)
    with pytest.raises(ValueError, match=r"in a circle: One → Three → Two → One$"):
        await run(container, One)
    One.after = (Author,)
    with pytest.raises(TypeError, match="after of One must be subclasses of Seeder, not <class"):
        await run(container, One)
    with pytest.raises(TypeError, match="seeders must be subclasses of Seeder, not 'One'"):
        await run(container, "One")


async def test_a_seeder_may_count_rows_where_nothing_shows_them():
    class Counting(Seeder):
        async def run(self) -> None:
            self.wrote(3)

    await Counting().run()


class Shelf:
    """A factory, as far as a seeder knows one."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def create(self) -> None:
        await AuthorRepository(self.session).create(Author(name="Mary"))


class ByFactory(Seeder):
    environments = Seeder.ALL
    fails = False

    async def run(self) -> None:
        await self.factory(Shelf).create()
        if self.fails:
            raise RuntimeError("full")


class Overfull(ByFactory):
    fails = True


async def test_a_factory_stores_in_the_transaction_of_the_seeder(container, session):
    async with container:
        with pytest.raises(SeederFailed, match="Overfull"):
            await run_seeders(container, [Overfull])
        assert await AuthorRepository(session).count() == 0
        await run_seeders(container, [ByFactory])
    assert await AuthorRepository(session).query().pluck(Author.name) == ["Mary"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_savepoint_around_the_session_may_end_after_a_seeder(engine, keeps):
    async with engine.connect() as connection, connection.begin():
        savepoint = await connection.begin_nested()
        session = AsyncSession(connection, expire_on_commit=False)
        container = Container()
        container.instance(AsyncSession, session)
        (ran,) = await run_seeders(container, [Authors], environment="local")
        assert ran.rows == {"authors": 1}
        await session.close()
        await (savepoint.commit() if keeps else savepoint.rollback())
