"""PostgreSQL URLs as hosts give them."""

import asyncpg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.orm import DatabaseProvider, create_engine


def with_query(url: str, **query: str):
    return make_url(url).update_query_dict(query)


async def setting(engine, name: str) -> object:
    async with engine.connect() as connection:
        return await connection.scalar(text(f"SELECT current_setting('{name}')"))


async def test_names_of_libpq_are_taken(postgres_url):
    url = with_query(
        postgres_url,
        sslmode="prefer",
        application_name="shop",
        options="-c statement_timeout=7s",
        connect_timeout="10",
        command_timeout="20",
        target_session_attrs="any",
    )
    engine = create_engine(url)
    assert await setting(engine, "application_name") == "shop"
    assert await setting(engine, "statement_timeout") == "7s"
    assert engine.url == url.set(drivername="postgresql+asyncpg")
    again = create_engine(engine.url)  # as migrations do
    assert await setting(again, "application_name") == "shop"
    for each in (engine, again):
        await each.dispose()


async def test_arguments_of_the_caller_win_over_those_of_the_url(postgres_url):
    url = with_query(postgres_url, application_name="shop", timeout="0.000001")
    arguments = {"server_settings": {"application_name": "test"}, "timeout": 60}
    engine = create_engine(url, connect_args=arguments)
    assert await setting(engine, "application_name") == "test"
    await engine.dispose()


async def test_a_name_that_came_twice_is_the_last(postgres_url):
    url = make_url(postgres_url).update_query_pairs(
        [("application_name", "a"), ("application_name", "b")], append=True
    )
    engine = create_engine(url)
    assert await setting(engine, "application_name") == "b"
    await engine.dispose()


async def test_the_value_of_sslmode_reaches_the_driver():
    engine = create_engine("postgresql://ada@127.0.0.1:1/blog?sslmode=nonsense")
    # Translated by SQLAlchemy since 2.1.
    refused = (InterfaceError, asyncpg.ClientConfigurationError)
    with pytest.raises(refused, match="sslmode"):
        await setting(engine, "application_name")
    await engine.dispose()


async def test_no_timeout_waits_for_ever(postgres_url):
    engine = create_engine(with_query(postgres_url, connect_timeout="0"))
    assert await setting(engine, "application_name") == ""
    await engine.dispose()


@pytest.mark.parametrize("name", ["channel_binding", "schema", "pgbouncer", "dsn"])
def test_a_name_that_asyncpg_does_not_know_is_refused_at_once(name):
    url = f"postgresql://ada@localhost/blog?sslmode=require&{name}=require"
    message = f"{name} in the URL is not a setting that asyncpg has: leave it out"
    with pytest.raises(ValueError, match=message):
        create_engine(url)
    container = Container()
    container.add_provider(DatabaseProvider(url))
    with pytest.raises(ValueError, match=message):
        container.resolve(AsyncEngine)


def test_a_value_that_is_not_a_number_is_refused_at_once():
    with pytest.raises(ValueError, match="connect_timeout in the URL must be a number, not 'soon'"):
        create_engine("postgresql://ada@localhost/blog?connect_timeout=soon")


def test_the_url_of_another_driver_is_left_alone():
    assert create_engine("sqlite:///a.db?timeout=3").url.query == {"timeout": "3"}
