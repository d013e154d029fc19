"""The loggers of the process as at its start, and what is written to stderr."""

import json
import logging
from collections.abc import Callable, Generator, Iterator

import pytest

NAMES = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "shop")


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """Take the handlers away that pytest adds after the fixtures are made."""
    root = logging.getLogger()
    before = [*root.handlers]
    if "loggers" in pyfuncitem.fixturenames:
        root.handlers.clear()
    try:
        return (yield)
    finally:
        root.handlers[:] = before


@pytest.fixture
def loggers() -> Iterator[None]:
    """Put the loggers into the state of the start of a process, and restore everything."""
    found = [logging.getLogger(name) for name in NAMES]
    before = [(each, {**vars(each)}, [*each.handlers], [*each.filters]) for each in found]
    for each in found:
        each.handlers.clear()
        each.filters.clear()
        each.propagate = True  # pytest adds handlers to those that do not
        each.setLevel(logging.NOTSET if each.name != "root" else logging.WARNING)
    yield
    for each, state, handlers, filters in before:
        each.handlers[:], each.filters[:] = handlers, filters
        each.propagate = state["propagate"]
        each.setLevel(state["level"])


@pytest.fixture
def written(loggers, capsys) -> Callable[[], list[str]]:
    """Return the lines on stderr, which is no terminal."""
    lines: list[str] = []

    def read() -> list[str]:
        lines.extend(capsys.readouterr().err.splitlines())
        return lines

    return read


@pytest.fixture
def records(written) -> Callable[[], list[dict[str, object]]]:
    """Return the documents on stderr."""
    return lambda: [json.loads(line) for line in written()]
