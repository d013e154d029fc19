"""The part of the pytest plugin that finds the event loop of a test, of pytest-asyncio or anyio."""

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from importlib import import_module

import pytest

from ._event_loop import EventLoop


def pytest_configure(config: pytest.Config) -> None:
    """Register the fixtures with pytest-asyncio's event loops, if that plugin is active."""
    if _has_asyncio(config):
        config.pluginmanager.register(import_module("ftf.testing.loops._pytest_asyncio"))


@pytest.fixture
def _ftf_loop(request: pytest.FixtureRequest) -> EventLoop:
    loop: EventLoop = request.getfixturevalue(f"_ftf_{_loop_of_test(request)}_loop")
    return loop


@pytest.fixture
async def _ftf_anyio_loop() -> AsyncIterator[EventLoop]:
    from asyncio import get_running_loop

    async with AsyncExitStack() as at_end:
        yield EventLoop(get_running_loop(), at_end)


@pytest.fixture(scope="session")
def _ftf_own_loop() -> Iterator[EventLoop]:
    """Return a loop for the database work of tests that are not async."""
    from asyncio import Runner, new_event_loop

    with Runner(loop_factory=new_event_loop) as runner:
        at_end = AsyncExitStack()
        yield EventLoop(runner.get_loop(), at_end)
        runner.run(at_end.aclose())


def _loop_of_test(request: pytest.FixtureRequest) -> str:
    """Return the name of the loop; a test without a marker has that of its async fixtures."""
    marker = request.node.get_closest_marker("asyncio")
    if marker is None and "anyio_backend" in request.fixturenames:
        if request.getfixturevalue("anyio_backend_name") != "asyncio":
            pytest.fail(
                "The fixtures of ftf-testing need asyncio: "
                'write a fixture `anyio_backend` that returns "asyncio".',
                pytrace=False,
            )
        return "anyio"
    if not _has_asyncio(request.config):
        return "own"
    if marker is None:
        default = request.config.getini("asyncio_default_fixture_loop_scope")
        if default in {None, "", "fixture-scope"}:
            default = "function"  # the fixture's own scope, which is the test
    else:
        default = request.config.getini("asyncio_default_test_loop_scope")
    # `scope` is what pytest-asyncio called `loop_scope` before 0.24.
    given = marker.kwargs if marker else {}
    return str(given.get("loop_scope") or given.get("scope") or default)


def _has_asyncio(config: pytest.Config) -> bool:
    module = sys.modules.get("pytest_asyncio.plugin")
    return module is not None and config.pluginmanager.is_registered(module)
