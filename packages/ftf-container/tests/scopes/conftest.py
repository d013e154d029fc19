import pytest
from services import ClosableSession

from ftf.container import Container


@pytest.fixture
def container():
    container = Container()
    container.register(ClosableSession, scope="scoped")
    return container
