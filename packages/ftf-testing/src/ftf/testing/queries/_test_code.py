"""The code of tests, whose own loops are not an N+1 of the application."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatch
from inspect import unwrap
from pathlib import Path
from typing import Any

import pytest

from ._listener import begin_call
from ._n_plus_one import IsOfTests

_TOOLS = (3, 4)  # the ids of sys.monitoring that are not reserved for a kind of tool
_FOLDERS = {"test", "tests"}


def test_files(config: pytest.Config) -> IsOfTests:
    """Return a function that recognises files of tests: by name, or by a folder `tests`."""
    patterns: list[str] = ["conftest.py", *config.getini("python_files")]

    def is_of_tests(file: str) -> bool:
        path = Path(file)
        folders = path.parent.parts[len(config.rootpath.parts) :]
        return any(fnmatch(path.name, each) for each in patterns) or bool(
            path.is_relative_to(config.rootpath) and _FOLDERS.intersection(folders)
        )

    return is_of_tests


@contextmanager
def calls_distinguished(item: pytest.Item) -> Iterator[None]:
    """Note each call from the body of a test, to distinguish its loops from those it calls."""
    function: Any = getattr(item, "function", None)  # items of other plugins have none
    code = getattr(unwrap(function), "__code__", None)
    monitoring, call = sys.monitoring, sys.monitoring.events.CALL
    tool = next((each for each in _TOOLS if monitoring.get_tool(each) is None), None)
    if code is None or tool is None:
        yield
        return
    monitoring.use_tool_id(tool, "ftf")
    monitoring.register_callback(tool, call, lambda *_: begin_call())
    # Local events slow only this code, where sys.setprofile would slow the application.
    monitoring.set_local_events(tool, code, call)
    try:
        yield
    finally:
        monitoring.set_local_events(tool, code, 0)
        monitoring.register_callback(tool, call, None)
        monitoring.free_tool_id(tool)
