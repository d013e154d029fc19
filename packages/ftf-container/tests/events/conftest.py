"""What listeners of a test's container are added to, and where they write."""

from collections.abc import Iterator

import pytest
from services import Journal

from ftf.container import Container
from ftf.container.events import EventsProvider, Listeners


@pytest.fixture
def container() -> Container:
    container = Container()
    container.add_provider(EventsProvider())
    container.register(Journal, scope="singleton")
    return container


@pytest.fixture
def on(container) -> Listeners:
    return Listeners.of(container)


@pytest.fixture
def journal(container) -> Journal:
    return container.resolve(Journal)


@pytest.fixture
def failing_listeners(request) -> Iterator[None]:
    """Listeners that fail on purpose, which fails a test where ftf-testing is installed as well."""
    has_plugin = request.config.pluginmanager.hasplugin("ftf")
    tester = request.getfixturevalue("events") if has_plugin else None
    yield
    if tester is not None:
        tester.take_failures()
