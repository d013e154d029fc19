import pytest


@pytest.fixture(autouse=True)
def _no_bytecode(monkeypatch):
    """Let projects be written anew within a second, which compiled files of before would hide."""
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
