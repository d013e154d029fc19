"""What listeners of a test's container are added to, and where they write."""

import pytest
from services import Journal

from ftf.container.events import Listeners


@pytest.fixture
def on(container) -> Listeners:
    return Listeners.of(container)


@pytest.fixture
def journal(container) -> Journal:
    return container.resolve(Journal)
