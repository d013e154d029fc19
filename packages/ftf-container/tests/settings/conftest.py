"""An empty folder to read files of, and an environment without the variables of the tests."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

type Write = Callable[[str, str], Path]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working directory; the environment is local, and nothing else is set."""
    for name in os.environ:
        if name not in {"PATH", "HOME", "TMPDIR", "SYSTEMROOT"} and not name.startswith("PYTEST"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("FTF_ENV", "local")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def write(folder: Path) -> Write:
    """Return a function that writes a file of variables."""

    def write_file(name: str, text: str) -> Path:
        (folder / name).write_bytes(text.encode())
        return folder / name

    return write_file
