"""A container, and where its providers write what they do."""

import pytest
from services import Journal

from ftf.container import Container


@pytest.fixture
def journal():
    return Journal()


@pytest.fixture
def container(journal):
    container = Container()
    container.instance(Journal, journal)
    return container
