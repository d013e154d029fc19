"""The part of the pytest plugin that keeps tests apart: overrides, leftovers and seeds."""

import sys
from collections.abc import Generator, Iterator
from contextlib import AsyncExitStack, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest

from ..factories._source import Sources
from ..loops._event_loop import EventLoop
from ._leftovers import Leftovers

if TYPE_CHECKING:
    from ._override import Override


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting about leftovers."""
    parser.addini(
        "ftf_check_leftovers",
        "whether a test fails that leaves a container scope or an override behind",
        type="bool",
        default=True,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Ignore the leftovers of a surrounding run for as long as this one lasts."""
    config.add_cleanup(partial(setattr, Leftovers, "current", Leftovers.current))
    Leftovers.current = None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
    """Ignore what a fixture of a wider scope opens, since it outlives the test."""
    if fixturedef.scope == "function":
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Leftovers, "current", None)
        return (yield)


@pytest.fixture(autouse=True)
def _ftf_leftovers(request: pytest.FixtureRequest) -> Iterator[Leftovers]:
    """Use a source of values of the test's own, and fail a test that leaves something behind.

    One fixture does both, because every test of the project pays for each autouse fixture.
    """
    marker, outer = request.node.get_closest_marker("seed"), Sources.current
    seed = marker.args if marker else ()
    Sources.current = outer.branch(":".join(map(str, (request.node.nodeid, *seed))))
    # A project that has not imported ftf.container has no containers.
    leftovers, container = Leftovers(), sys.modules.get("ftf.container")
    checks = request.config.getini("ftf_check_leftovers")
    failures = leftovers.listener_failures
    watching = leftovers.watching() if container and checks else nullcontext()
    with failures, watching:
        yield leftovers
    Sources.current = outer
    if left := [
        *leftovers.messages,
        *failures.messages(),
        *(leftovers.clear() if checks else ()),
    ]:
        pytest.fail("\n".join(("The test did not leave all as it was:", *left)), pytrace=False)


@pytest.fixture
def override(request: pytest.FixtureRequest, _ftf_loop: EventLoop) -> "Iterator[Override]":
    """Replace a dependency by a class, factory or object, until the test ends."""
    from ._override import Override

    with _ftf_loop.entered(AsyncExitStack()) as stack:
        yield Override(request.getfixturevalue, stack)
