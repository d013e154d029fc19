"""The URL that the test databases get their server and names from."""

import pytest
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from ._own_thread import run_on
from ._postgres_server import start_postgres
from ._run_folder import folder

_DRIVERS = {"postgresql": "postgresql+asyncpg", "sqlite": "sqlite+aiosqlite"}
_KNOWN = "set it to a URL of PostgreSQL or SQLite, or only to postgresql or sqlite"


def resolve_url(setting: str, config: pytest.Config) -> URL:
    """Return the URL of the database or file that the test databases are named after.

    Args:
        setting: A URL; or only its part before `://`, for a provided server or file.
        config: The test run.

    Raises:
        UsageError: It is not a URL, its driver is not installed, or its server does not answer.
    """
    try:
        url = make_url(setting if "://" in setting else f"{setting}://")
        url = url.set(drivername=_DRIVERS.get(url.drivername, url.drivername))
        if url.get_backend_name() in _DRIVERS:
            url.get_dialect().import_dbapi()
    except (ArgumentError, ImportError) as error:
        raise pytest.UsageError(f"the test database {setting!r}: {error}. {_KNOWN}") from error
    backend = url.get_backend_name()
    if backend not in _DRIVERS:
        raise pytest.UsageError(f"the test database {url!r} is not PostgreSQL or SQLite: {_KNOWN}")
    if backend == "sqlite" and url.database in {None, "", ":memory:"}:
        return url.set(database=str(folder(config) / "ftf.db"))
    if backend == "sqlite" and str(url.database).startswith("file:"):
        raise pytest.UsageError(f"the test database {url!r} is a URI, not a path: {_KNOWN}")
    if "://" not in setting:
        url = _server(config).set(drivername=url.drivername)
    if backend == "postgresql":
        _reach(url)
    return url


def _server(config: pytest.Config) -> URL:
    try:
        return make_url(start_postgres(config))
    except ArgumentError as error:
        raise pytest.UsageError(f"FTF_TEST_POSTGRES_URL: {error}") from error


def _reach(url: URL) -> None:
    try:
        run_on(url, lambda _: None)
    except Exception as error:
        reason = f"{type(error).__name__}: {error}"
        raise pytest.UsageError(f"the test database {url!r} does not answer: {reason}") from error
