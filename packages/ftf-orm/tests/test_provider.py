from bookshop import Author, AuthorRepository
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from ftf.container import Container
from ftf.orm import DatabaseProvider


async def test_each_scope_has_a_session_and_repositories_share_it(engine, database_url):
    async with Container() as container:
        container.add_provider(DatabaseProvider(database_url))
        container.register(AuthorRepository)
        container.validate()
        async with container.scoped_context() as scope:
            authors = await scope.aresolve(AuthorRepository)
            assert authors.session is await scope.aresolve(AsyncSession)
            ada = await authors.create(Author(name="Ada"))
            assert ada.name == "Ada"
        async with container.scoped_context() as scope:
            assert (await scope.aresolve(AuthorRepository)).session is not authors.session
            assert await (await scope.aresolve(AuthorRepository)).count() == 1


async def test_engine_and_session_factory_are_singletons_with_the_options_given():
    container = Container()
    container.add_provider(DatabaseProvider("sqlite://", cursor_key="secret", echo=True))
    engine = container.resolve(AsyncEngine)
    assert engine.echo is True
    factory = container.resolve(async_sessionmaker[AsyncSession])
    async with factory() as session:
        assert session.bind is engine
        assert session.info["ftf.orm.cursor_key"] == b"secret"
    await container.dispose_all()
    assert container.resolve(AsyncEngine) is not engine
