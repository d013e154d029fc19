"""The part of the pytest plugin that is about applications, containers and records."""

import sys
from collections.abc import Generator, Iterator
from contextlib import AsyncExitStack, nullcontext
from functools import partial
from typing import TYPE_CHECKING, Any, cast

import pytest

from .._settings import declare, load, read
from ..factories._source import Source, Sources
from ..isolation._leftovers import Leftovers
from ..loops._event_loop import EventLoop
from ._client import client_of, headers_of

if TYPE_CHECKING:
    from httpx import AsyncClient
    from sqlalchemy.ext.asyncio import AsyncSession

    from ftf.container import Container

    from ..factories._maker import FactoryMaker
    from ..isolation._override import Override
    from ._acting_as import ActingAs, HeadersOf
    from ._exchange import ASGIApplication
    from ._transport import StreamingTransport


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the settings about applications and records."""
    declare(
        parser,
        ftf_app="the application under test: module:app, or module:make_app()",
        ftf_seed="what the values that factories invent depend on (default: 0)",
    )
    parser.addini(
        "ftf_check_leftovers",
        "whether a test fails that leaves a container scope or an override behind",
        type="bool",
        default=True,
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and begin what tests have apart from those of a surrounding run."""
    config.addinivalue_line(
        "markers", "seed(value): let factories invent other values than with the ini's `ftf_seed`"
    )
    config.add_cleanup(partial(setattr, Sources, "current", Sources.current))
    Sources.current = Source(read(config, "ftf_seed") or "0")
    config.add_cleanup(partial(setattr, Leftovers, "current", Leftovers.current))
    Leftovers.current = None


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, object, object]:
    """Let a fixture of a wider scope keep what it opens, even if a test is what asks for it."""
    if fixturedef.scope == "function":
        return (yield)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Leftovers, "current", None)
        return (yield)


@pytest.fixture(autouse=True)
def _ftf_leftovers(request: pytest.FixtureRequest) -> Iterator[Leftovers]:
    """Give each test its own invented values, and fail one that leaves something behind.

    One fixture does both, because each one costs every test of the project.
    """
    marker, outer = request.node.get_closest_marker("seed"), Sources.current
    seed = marker.args if marker else ()
    Sources.current = outer.branch(":".join(map(str, (request.node.nodeid, *seed))))
    leftovers, container = Leftovers(), sys.modules.get("ftf.container")
    checks = request.config.getini("ftf_check_leftovers")
    with leftovers.watching(container.Container) if container and checks else nullcontext():
        yield leftovers
    Sources.current = outer
    if left := [*leftovers.told, *(leftovers.clear() if checks else ())]:
        pytest.fail("\n".join(("The test did not leave all as it was:", *left)), pytrace=False)


@pytest.fixture
def app(request: pytest.FixtureRequest, _ftf_leftovers: Leftovers) -> "ASGIApplication":
    """The application under test: the one that `ftf_app` names."""
    target = read(request.config, "ftf_app")
    if not target:
        pytest.fail(
            "The fixture 'app' does not know the application: set the ini option `ftf_app`, as in "
            "`ftf_app = package.module:app`, or write a fixture `app` that returns it.",
            pytrace=False,
        )
    found = load(request.config, "ftf_app")
    if not callable(found):
        raise pytest.UsageError(f"ftf_app = {target}: {found!r} is no ASGI application")
    _ftf_leftovers.watch_dependencies(found)
    return cast("ASGIApplication", found)


@pytest.fixture
def container(app: "ASGIApplication") -> "Container":
    """The container of the application."""
    from ftf.container import Container

    found = getattr(app, "container", None)
    if not isinstance(found, Container):
        pytest.fail(
            f"The fixture 'container' finds no `container` in {app!r}: "
            "write a fixture `container` that returns it.",
            pytrace=False,
        )
    return found


@pytest.fixture
def override(request: pytest.FixtureRequest, _ftf_loop: EventLoop) -> "Iterator[Override]":
    """Put a class, factory or object in the place of a dependency, until the test ends."""
    from ..isolation._override import Override

    with _ftf_loop.entered(AsyncExitStack()) as stack:
        yield Override(request.getfixturevalue, stack)


@pytest.fixture
def raise_app_exceptions() -> bool:
    """Whether what the application raises is raised in the test, not answered with status 500."""
    return True


@pytest.fixture
def transport(
    app: "ASGIApplication",
    raise_app_exceptions: bool,  # noqa: FBT001  # a fixture
    _ftf_leftovers: Leftovers,
    _ftf_loop: EventLoop,
) -> "Iterator[StreamingTransport]":
    """The way to the application, which is started before the test and stopped after it."""
    from ._lifespan import LifespanManager
    from ._transport import StreamingTransport

    _ftf_leftovers.watch_dependencies(app)
    with _ftf_loop.entered(LifespanManager(app)) as lifespan:
        transport = StreamingTransport(
            app, state=lifespan.state, raise_app_exceptions=raise_app_exceptions
        )
        with _ftf_loop.entered(transport):
            yield transport


@pytest.fixture
def client(transport: "StreamingTransport") -> "AsyncClient":
    """A client of the started application."""
    return client_of(transport)


@pytest.fixture
def auth_headers() -> "HeadersOf":
    """How `acting_as` authenticates a user: by headers themselves, unless you override it."""
    return headers_of


@pytest.fixture
def acting_as(transport: "StreamingTransport", auth_headers: "HeadersOf") -> "Iterator[ActingAs]":
    """Make another client, which sends what `auth_headers` gives for a user."""
    from ._acting_as import ActingAs

    acting_as = ActingAs(transport, auth_headers)
    yield acting_as
    acting_as.close()


@pytest.fixture
def factory(db_session: "AsyncSession") -> "FactoryMaker":
    """Make a factory of records for the session of the test: `factory(UserFactory)`."""
    return lambda kind: kind(db_session)
