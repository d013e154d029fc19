"""What listeners of a test's container are added to, and where they write."""

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
