from collections.abc import AsyncIterator, Iterator

import pytest
from services import Pool

from ftf.container import AsyncDependencyError, Container


class Fake(Pool): ...


class Service:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool


@pytest.mark.parametrize("lifetime", ["scoped", "transient"])
def test_edge_66_a_fake_lives_like_what_was_registered_even_if_an_object_overrides_it(lifetime):
    container = Container()
    container.register(Pool, scope=lifetime)
    with container.override_instance(Pool, Pool()):
        container.override(Pool, Fake)
    with container.scoped_context() as scope:
        first = scope.resolve(Pool)
    with container.scoped_context() as scope:
        second = scope.resolve(Pool)
    assert type(first) is type(second) is Fake
    assert first is not second


@pytest.fixture
def closed():
    return []


@pytest.fixture
def container(closed):
    """A singleton that closes without being awaited, over one that does not."""

    async def pool() -> AsyncIterator[Pool]:
        yield Fake()
        closed.append("pool")

    def service(pool: Pool) -> Iterator[Service]:
        yield Service(pool)
        closed.append("service")

    container = Container()
    container.register(Pool, scope="singleton")
    container.register(Service, service, scope="singleton")
    container.override(Pool, pool)
    return container


async def test_edge_65_a_reset_that_has_to_be_awaited_closes_nothing(container, closed):
    await container.aresolve(Service)
    with pytest.raises(AsyncDependencyError, match="Pool has to be awaited"):
        container.reset_overrides()
    assert closed == []
    assert type(container.resolve(Service).pool) is Pool
    await container.dispose_all()
    assert closed == ["service", "service", "pool"]


async def test_what_awaits_nothing_any_more_passes_the_sync_door(container):
    pool = await container.aresolve(Pool)
    assert container.resolve(Service).pool is pool
    await container.dispose_all()


async def test_what_awaits_something_is_refused_before_anything_is_made():
    made = []

    class Client:
        def __init__(self) -> None:
            made.append(self)

    async def pool() -> Pool:
        return Pool()

    class Both:
        def __init__(self, client: Client, pool: Pool) -> None: ...

    container = Container()
    container.register(Client, scope="singleton")
    container.register(Pool, pool)
    container.register(Both, scope="singleton")
    with pytest.raises(AsyncDependencyError, match="Pool has to be awaited"):
        container.resolve(Both)
    assert made == []
