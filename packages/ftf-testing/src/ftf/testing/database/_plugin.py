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
    """What pytest-xdist knows a worker by."""

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
        "or committed and removed ('committing'), or the test brings a database of its 'own'.",
    )
    config.stash[CONTAINER_OVERRIDES] = ContainerOverrides()


def pytest_unconfigure(config: pytest.Config) -> None:
    """End what belongs to the run."""
    stop_postgres(config)
    remove_folder(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: _Node) -> None:
    """Tell a worker of pytest-xdist what it shares with the others."""
    share_folder(node.config, node.workerinput)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Set the database up before anything that may use it, for tests that are marked as well."""
    for item in items:
        names = [*_marked(item), *getattr(item, "fixturenames", ())]
        if wanted := [name for name in names if name in _FIXTURES]:
            own = [name for name in names if name.startswith("_ftf_")]
            first = names.index("_ftf_leftovers")  # what comes before it outlives the test
            ordered = dict.fromkeys([*names[:first], *own, *wanted, *names])
            item.fixturenames = list(ordered)  # type: ignore[attr-defined]


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[object], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Notice who asks for a database, and the containers that deliver it."""
    if fixturedef.argname in {"_ftf_databases", *_FIXTURES} and (guard := guard_of(request.config)):
        guard.begin_use()
    value = yield
    if fixturedef.argname in {"postgres_url", "tmp_path_factory"}:
        _allow(value, request.config)
    if fixturedef.argname in {"app", "container"} and (container := _container_of(value)):
        known = ExitStack()
        known.enter_context(request.config.stash[CONTAINER_OVERRIDES].known(container))
        fixturedef.addfinalizer(known.close)
    return value


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> Generator[None]:
    """Keep a test off databases that it does not ask for."""
    if guard := guard_of(item.config):
        guard.begin_test()
    with _without_traceback(), _kept_off(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Keep a test off databases that it does not ask for."""
    with _without_traceback(), _kept_off(item):
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    """Keep the end of an application off other databases while the test database is in use."""
    guard = guard_of(item.config)
    with _kept_off(item) if guard and guard.is_in_use else nullcontext():
        yield


@contextmanager
def _without_traceback() -> Iterator[None]:
    """Tell what is wrong with a setting, and not where that came to light."""
    try:
        yield
    except pytest.UsageError as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None


@contextmanager
def _kept_off(item: pytest.Item) -> Iterator[None]:
    """Refuse connections, and fail even if the application has swallowed a refusal."""
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
    """Allow the databases that other fixtures give to tests for their own."""
    if guard := guard_of(config):
        if isinstance(value, pytest.TempPathFactory):
            guard.allow_files_in(value.getbasetemp())
        else:
            guard.allow(str(value))


def _not_asked(_: "DatabaseAddress") -> str:
    return (
        "and the test does not ask for a database: let it use the fixture db_session, whose "
        "changes are rolled back, or committing_db; or mark it "
        '@pytest.mark.database("own") if it uses one of its own'
    )


def _asks(item: pytest.Item) -> bool:
    wanted = _FIXTURES.intersection(getattr(item, "fixturenames", ()))
    return bool(wanted) or item.get_closest_marker("database") is not None


def _may_use_all(item: pytest.Item) -> bool:
    return (marker := item.get_closest_marker("database")) is not None and _mode(marker) == "own"


def _mode(marker: pytest.Mark) -> str:
    return str((*marker.args, *marker.kwargs.values(), "rollback")[0])


def _marked(item: pytest.Item) -> list[str]:
    """Name the fixtures that the test is marked to use."""
    if (marker := item.get_closest_marker("database")) is None:
        return []
    if (mode := _mode(marker)) not in _MODES:
        raise pytest.UsageError(
            f"{item.nodeid}: the marker database knows {', '.join(_MODES)}, and not {mode!r}"
        )
    return _MODES[mode]


def _container_of(value: object) -> "Container | None":
    """Find the container that a fixture gives, or that the application does which it gives."""
    if (module := sys.modules.get("ftf.container")) is None:
        return None
    candidates = (value, getattr(value, "container", None))
    return next((found for found in candidates if isinstance(found, module.Container)), None)
