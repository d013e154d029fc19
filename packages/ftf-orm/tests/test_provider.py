import pytest
from bookshop import Author, AuthorRepository
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from ftf.container import Container, GraphError
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


class Settings:
    def __init__(self, url: str) -> None:
        self.database_url = url


def url_of(settings: Settings) -> str:
    return settings.database_url


async def test_the_url_may_be_a_function_of_services_which_an_override_reaches(database_url):
    async with Container() as container:
        container.instance(Settings, Settings(database_url))
        container.add_provider(DatabaseProvider(url_of, echo=True))
        container.validate()
        engine = container.resolve(AsyncEngine)
        assert engine.echo is True
        assert engine.url.render_as_string(hide_password=False) == make_url(
            database_url
        ).render_as_string(hide_password=False)
        with container.override_instance(Settings, Settings("sqlite:///other.db")):
            assert container.resolve(AsyncEngine).url.database == "other.db"
            await container.dispose_all()


def test_a_function_for_the_url_whose_service_is_missing_is_a_fault_of_the_graph():
    container = Container(strict=True)
    container.add_provider(DatabaseProvider(url_of))
    with pytest.raises(GraphError, match="Nothing is registered for Settings"):
        container.validate(AsyncEngine)
