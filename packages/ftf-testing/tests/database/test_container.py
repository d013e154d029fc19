"""Applications with a container use the test's database."""

import sys

import pytest

APP = """
from ftf.container import Container
from ftf.orm import DatabaseProvider
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

class App:
    def __init__(self):
        self.container = Container()
        self.container.add_provider(DatabaseProvider("sqlite+aiosqlite:///production.db"))

async def register(container, email):
    async with container.scoped_context() as scope:
        session = await scope.aresolve(AsyncSession)
        session.add(User(email=email))
        await session.commit()
"""


@pytest.fixture
def with_app(run):
    """Run tests of a project that has an application."""
    return lambda code: run(f"{APP}{code}")


@pytest.mark.parametrize("fixture", ["container", "app"])
@pytest.mark.parametrize("order", ["db_session, {0}", "{0}, db_session"])
@pytest.mark.parametrize("scope", ["function", "session"])
def test_sessions_of_the_application_join_the_tests_transaction(with_app, fixture, order, scope):
    with_app(
        f"""
@pytest.fixture(scope="{scope}")
def container():
    return App().container

@pytest.fixture(scope="{scope}")
def app():
    return App()

@twice
async def test_joined({order.format(fixture)}, db_engine, turn):
    container = getattr({fixture}, "container", {fixture})
    await register(container, "ada@example.com")
    assert await count(db_session) == 1
    assert container.resolve(AsyncEngine) is db_engine
"""
    ).assert_outcomes(passed=2)


def test_the_application_commits_where_the_test_does(with_app):
    with_app(
        """
@pytest.fixture
def app():
    return App()

@twice
async def test_committing(committing_db, app, turn):
    await register(app.container, "ada@example.com")
    async with committing_db() as session:
        assert await count(session) == 1
"""
    ).assert_outcomes(passed=2)


def test_afterwards_the_application_has_its_own_database_again(with_app):
    with_app(
        """
@pytest.fixture(scope="module")
def container():
    return App().container

async def test_rolled_back(db_session, container):
    await register(container, "ada@example.com")

@pytest.mark.database("own")
async def test_own(container):
    assert container.resolve(AsyncEngine).url.database == "production.db"
    await container.dispose_all()
"""
    ).assert_outcomes(passed=2)


def test_an_unclosed_scope_fails_the_test(with_app):
    result = with_app(
        """
@pytest.fixture
def container():
    return App().container

async def test_fault(db_session, container):
    scope = await container.scoped_context().__aenter__()
    await count(await scope.aresolve(AsyncSession))
    container.scope = scope

async def test_clean(db_session, container):
    async with container.scoped_context() as scope:
        await count(await scope.aresolve(AsyncSession))
"""
    )
    result.assert_outcomes(passed=2, errors=1)
    result.stdout.fnmatch_lines(
        [
            "The test did not leave all as it was:",
            "a session is still open: help.py:* in count",
            "a scope, opened at *.py:* in test_fault",
        ]
    )


def test_a_fixture_of_a_wider_scope_may_keep_a_scope_open(with_app):
    with_app(
        """
@pytest.fixture(scope="module")
def scope():
    with App().container.scoped_context() as scope:
        yield scope

async def test_one(scope, db_session): ...
"""
    ).assert_outcomes(passed=1)


def test_an_app_that_has_no_container_is_left_alone(with_app):
    with_app(
        """
@pytest.fixture
def app(db_sessions):
    return db_sessions

@pytest.fixture
def container():
    return None

async def test_plain(app, container, db_session):
    async with app.begin() as session:
        session.add(User(email="ada@example.com"))
    assert await count(db_session) == 1
"""
    ).assert_outcomes(passed=1)


def test_an_app_is_left_alone_where_nobody_has_a_container(run, monkeypatch):
    monkeypatch.delitem(sys.modules, "ftf.container")
    run(
        """
        @pytest.fixture
        def app():
            return object()

        async def test_plain(app, db_session):
            assert await count(db_session) == 0
        """
    ).assert_outcomes(passed=1)


def test_a_container_without_a_database_is_left_alone(with_app):
    with_app(
        """
@pytest.fixture
def container():
    return Container()

async def test_plain(db_session, container):
    assert not container.is_registered(AsyncEngine)
"""
    ).assert_outcomes(passed=1)
