"""The part of the plugin that is about databases; SQLAlchemy is imported when one is used."""

import sys
from collections.abc import Generator, Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from typing import TYPE_CHECKING, Protocol

import pytest

from ..isolation._container_overrides import ContainerOverrides
from ..provisioning._postgres_server import stop_postgres
from ..provisioning._run_folder import remove_folder, share_folder
from ..provisioning._settings import declare_settings
from ._run_state import CONTAINER_OVERRIDES, guard_of

if TYPE_CHECKING:
    from ftf.container import Container

    from ..provisioning._address import DatabaseAddress

_MODES = {"rollback": ["db_session"], "committing": ["committing_db"], "own": []}
_FIXTURES = frozenset(
    {
        "committing_db",
        "db_connection",
        "db_engine",
        "db_session",
        "db_sessions",
        "migrations",
        "postgres_url",
    }
)


class _Node(Protocol):
    """A worker, as a hook of pytest-xdist gets it."""

    config: pytest.Config
    workerinput: dict[str, object]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings about databases."""
    declare_settings(parser)


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker."""
    config.addinivalue_line(
        "markers",
        "database(mode='rollback'): use the test database; its changes are rolled back, "
        "or committed and removed ('committing'), or the test has a database of its 'own'.",
    )
    config.stash[CONTAINER_OVERRIDES] = ContainerOverrides()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's PostgreSQL server, and remove its folder."""
    stop_postgres(config)
    remove_folder(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: _Node) -> None:
    """Pass the folder of the run to a worker of pytest-xdist."""
    share_folder(node.config, node.workerinput)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Request the database first, also for marked tests, and then what holds jobs.

    Fixtures behind them may start the application.
    """
    for item in items:
        names = [*_marked(item), *getattr(item, "fixturenames", ())]
        wanted = [name for name in names if name in _FIXTURES]
        if wanted := [*wanted, *({"jobs"} & {*names})]:
            own = [name for name in names if name.startswith("_ftf_")]
            first = names.index("_ftf_leftovers")  # the fixtures before it outlive the test
            ordered = dict.fromkeys([*names[:first], *own, *wanted, *names])
            # pytest sets fixtures of one scope up in the order of fixturenames.
            item.fixturenames = list(ordered)  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Note that a test uses a database, and the containers that get it."""
    if fixturedef.argname in {"_ftf_databases", *_FIXTURES} and (guard := guard_of(request.config)):
        guard.begin_use()
    value = yield
    if fixturedef.argname in {"postgres_url", "tmp_path_factory"}:
        _allow(value, request.config)
    if fixturedef.argname in {"app", "container"} and (container := _container_of(value)):
        known = ExitStack()
        known.enter_context(request.config.stash[CONTAINER_OVERRIDES].applied_to(container))
        fixturedef.addfinalizer(known.close)
    return value


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Refuse connections to databases that the test does not ask for."""
    if guard := guard_of(item.config):
        guard.begin_test()
    with _without_traceback(), _refusing(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Refuse connections to databases that the test does not ask for."""
    with _without_traceback(), _refusing(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Refuse the application's connections to other databases while the test database is in use."""
    guard = guard_of(item.config)
    with _refusing(item) if guard and guard.is_in_use else nullcontext():
        yield


@contextmanager
def _without_traceback() -> Iterator[None]:
    """Report errors of settings without a traceback."""
    try:
        yield
    except pytest.UsageError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@contextmanager
def _refusing(item: pytest.Item) -> Iterator[None]:
    """Refuse connections, and fail the test even if the application caught a refusal."""
    guard = guard_of(item.config)
    if guard is None or _may_use_all(item):
        yield
        return
    asks = guard.is_in_use or _asks(item)
    try:
        with guard.refusing(guard.other_database if asks else _not_asked):
            yield
    except BaseException as error:
        if guard.refused is not None and error is not guard.refused:
            error.add_note(f"DatabaseAccessError: {guard.refused}")
        raise
    if guard.refused is not None:
        raise guard.refused


def _allow(value: object, config: pytest.Config) -> None:
    """Allow the databases that other fixtures provide for tests."""
    if guard := guard_of(config):
        if isinstance(value, pytest.TempPathFactory):
            guard.allow_files_in(value.getbasetemp())
        else:
            guard.allow(str(value))


def _not_asked(_: "DatabaseAddress") -> str:
    return (
        "and the test does not ask for a database: use the fixture db_session, whose changes "
        "are rolled back, or committing_db; or mark the test "
        '@pytest.mark.database("own") if it has a database of its own'
    )


def _asks(item: pytest.Item) -> bool:
    wanted = _FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(wanted) or item.get_closest_marker("database") is not None


def _may_use_all(item: pytest.Item) -> bool:
    return (marker := item.get_closest_marker("database")) is not None and _mode(marker) == "own"


def _mode(marker: pytest.Mark) -> str:
    return str((*marker.args, *marker.kwargs.values(), "rollback")[0])


def _marked(item: pytest.Item) -> list[str]:
    """Return the names of the fixtures that the marker `database` requests."""
    if (marker := item.get_closest_marker("database")) is None:
        return []
    if (mode := _mode(marker)) not in _MODES:
        raise pytest.UsageError(
            f"{item.nodeid}: mode of the marker database is {', '.join(_MODES)}, not {mode!r}"
        )
    return _MODES[mode]


def _container_of(value: object) -> "Container | None":
    """Return the container that a fixture returns, or that of the application it returns."""
    if (module := sys.modules.get("ftf.container")) is None:
        return None
    candidates = (value, getattr(value, "container", None))
    return next((found for found in candidates if isinstance(found, module.Container)), None)
