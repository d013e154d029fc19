"""The part of the pytest plugin that is about applications and their containers."""

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, cast

import pytest

from .._settings import declare, load, read
from ..isolation._leftovers import Leftovers
from ..loops._event_loop import EventLoop
from ._client import client_of, headers_of

if TYPE_CHECKING:
    from httpx import AsyncClient

    from ftf.container import Container

    from ._acting_as import ActingAs, HeadersOf
    from ._asgi import ASGIApplication
    from ._frozen_clock import FrozenClock
    from ._transport import StreamingTransport


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the setting about applications."""
    declare(parser, ftf_app="the application under test: module:app, or module:make_app()")


@pytest.fixture
def app(request: pytest.FixtureRequest, _ftf_leftovers: Leftovers) -> "ASGIApplication":
    """Return the application under test, which `ftf_app` or `[tool.ftf]` names."""
    target = read(request.config, "ftf_app")
    found = load(request.config, "ftf_app") if target else _app_of_project(request.config)
    if not callable(found):
        raise pytest.UsageError(f"ftf_app = {target}: {found!r} is not an ASGI application")
    _ftf_leftovers.watch_dependencies(found)
    return cast("ASGIApplication", found)


def _app_of_project(config: pytest.Config) -> object:
    """Return the application that `[tool.ftf]` of the project names."""
    from ftf.container.cli import Exit, find_application, find_project

    try:
        application = find_application(find_project(config.rootpath))
        if application:
            return application.app
    except Exit as error:
        pytest.fail(str(error), pytrace=False)
    pytest.fail(
        "The fixture 'app' does not know the application: set the ini option `ftf_app`, as in "
        "`ftf_app = package.module:app`, or write a fixture `app` that returns it.",
        pytrace=False,
    )


@pytest.fixture
def container(app: "ASGIApplication") -> "Container":
    """Return the container of the application."""
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
def raise_app_exceptions() -> bool:
    """Return whether the test raises exceptions of the application, instead of a status 500."""
    return True


@pytest.fixture
def transport(
    app: "ASGIApplication",
    raise_app_exceptions: bool,  # noqa: FBT001  # a fixture
    _ftf_leftovers: Leftovers,
    _ftf_loop: EventLoop,
) -> "Iterator[StreamingTransport]":
    """Start the application, return the transport to it, and stop it after the test."""
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
    """Return a client of the started application."""
    return client_of(transport)


@pytest.fixture
def auth_headers() -> "HeadersOf":
    """Return a function from a user to headers; unless you override it, users are headers."""
    return headers_of


@pytest.fixture
def acting_as(
    app: "ASGIApplication", transport: "StreamingTransport", auth_headers: "HeadersOf"
) -> "Iterator[ActingAs]":
    """Return a function that makes clients, which send the credentials of a user."""
    from ._acting_as import ActingAs, issue_of

    issue = issue_of(app) if auth_headers is headers_of else None
    acting_as = ActingAs(transport, auth_headers, issue)
    yield acting_as
    acting_as.close()


@pytest.fixture
def frozen_clock(container: "Container") -> "Iterator[FrozenClock]":
    """Stop the clock of tokens, logins, links and limits, which the test moves.

    Limits count anew meanwhile; those in PostgreSQL count by the clock of its server.
    """
    from contextlib import ExitStack
    from importlib import import_module

    from ._frozen_clock import FrozenClock

    clock = FrozenClock()
    port: Any = import_module("ftf.http.auth").Clock
    container.override_instance(port, clock)
    limits: Any = sys.modules.get("ftf.http.limits")  # loaded by an application that has some
    with ExitStack() as stack:
        if limits is not None and limits.LimitClock in container:
            of_limits = container.resolve(limits.LimitClock)
            stack.enter_context(of_limits.replaced(lambda: round(clock.time() * 1e9)))
        yield clock
    container.reset_override(port)
