import pytest
from replaceable import Database, Postgres, Service

from ftf.container import Container


@pytest.fixture
def container():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    container.register(Service, scope="singleton")
    return container
