"""Async fixtures that run in the event loop of the test that asks, whichever plugin brings it."""

from importlib import import_module
from types import FunctionType, ModuleType
from typing import Any, Final, cast

import pytest

_SCOPES: Final = ("function", "class", "module", "package", "session")


def register(config: pytest.Config, name: str, function: object) -> None:
    """Let `in_loop_of_test` deliver what an async generator function yields.

    Args:
        config: Which plugins are active, and what the fixture becomes a part of.
        name: What `in_loop_of_test` calls it.
        function: A plain function, whose arguments are fixtures.
    """
    source = cast("FunctionType", function)
    doors = ModuleType(f"ftf.testing fixture {name}")
    if config.pluginmanager.has_plugin("anyio"):
        doors.anyio = pytest.fixture(name=f"_ftf_{name}_anyio")(_copied(source))  # type: ignore[attr-defined]
    if config.pluginmanager.has_plugin("asyncio"):
        fixture = import_module("pytest_asyncio").fixture
        for scope in _SCOPES:
            door = fixture(_copied(source), loop_scope=scope, name=f"_ftf_{name}_{scope}")
            setattr(doors, scope, door)
    config.pluginmanager.register(doors)


def _copied(function: FunctionType) -> FunctionType:
    """Copy a function, so that what pytest-asyncio notes on it stays apart."""
    return FunctionType(function.__code__, function.__globals__, function.__name__)


def in_loop_of_test(request: pytest.FixtureRequest, name: str) -> Any:  # noqa: ANN401  # as pytest
    """Set up an async fixture in the event loop of the test, which has the scope it asked for."""
    loop, problem = _loop_of_test(request), ""
    if loop is None:
        problem = "is async: install pytest-asyncio, or mark the test with `anyio`"
    elif loop == "anyio" and request.getfixturevalue("anyio_backend_name") != "asyncio":
        problem = 'needs asyncio: write a fixture `anyio_backend` that returns "asyncio"'
    if problem:
        pytest.fail(f"The fixture {request.fixturename!r} {problem}.", pytrace=False)
    return request.getfixturevalue(f"_ftf_{name}_{loop}")


def has_loop(request: pytest.FixtureRequest) -> bool:
    """Tell whether a plugin runs async fixtures for the test."""
    return _loop_of_test(request) is not None


def _loop_of_test(request: pytest.FixtureRequest) -> str | None:
    if "anyio_backend" in request.fixturenames:
        return "anyio"
    config: pytest.Config = request.config
    if not config.pluginmanager.has_plugin("asyncio"):
        return None
    marker = request.node.get_closest_marker("asyncio")
    if marker is None:
        default = config.getini("asyncio_default_fixture_loop_scope")
        return default if default in _SCOPES else "function"
    scope: str | None = marker.kwargs.get("loop_scope") or marker.kwargs.get("scope")
    return scope or str(config.getini("asyncio_default_test_loop_scope"))
