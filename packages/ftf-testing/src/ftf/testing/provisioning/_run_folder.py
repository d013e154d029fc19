"""The folder that all processes of a test run share, and the worker that this process is."""

from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

import pytest

_FOLDER = pytest.StashKey[Path]()
_WORKER_INPUT = "ftf_folder"


def folder(config: pytest.Config) -> Path:
    """Return the folder of the run, which is made at the first call."""
    if _FOLDER not in config.stash:
        given = getattr(config, "workerinput", {}).get(_WORKER_INPUT)
        config.stash[_FOLDER] = Path(given or mkdtemp(prefix="ftf-"))
    return config.stash[_FOLDER]


def existing_folder(config: pytest.Config) -> Path | None:
    """Return the folder of the run, or None if this process has not used it."""
    return config.stash.get(_FOLDER, None)


def worker(config: pytest.Config) -> str:
    """Return the name of the pytest-xdist worker that this process is, or ""."""
    return str(getattr(config, "workerinput", {}).get("workerid", ""))


def share_folder(config: pytest.Config, worker_input: dict[str, object]) -> None:
    """Pass the folder to a worker of pytest-xdist."""
    worker_input[_WORKER_INPUT] = str(folder(config))


def remove_folder(config: pytest.Config) -> None:
    """Remove the folder, unless this process is a worker or has not used it."""
    made = existing_folder(config)
    if made is not None and not worker(config):
        rmtree(made)
