"""What service providers do when their container closes."""

from collections.abc import Iterator

import pytest
from services import Journal

from ftf.container import Container, ServiceProvider


class Pool: ...


class Stopping(ServiceProvider):
    def __init__(self, name: str, *, broken: bool = False) -> None:
        self.name, self.broken = name, broken

    async def stop(self, journal: Journal, pool: Pool) -> None:
        journal.append(self.name)
        if self.broken:
            raise ValueError(f"{self.name} does not stop")


@pytest.fixture
def container() -> Container:
    def open_pool(journal: Journal) -> Iterator[Pool]:
        yield Pool()
        journal.append("closed")

    container = Container()
    container.register(Journal, scope="singleton")
    container.register(Pool, open_pool, scope="singleton")
    return container


async def test_providers_stop_last_booted_first_and_before_singletons_close(container):
    container.add_provider(Stopping("a"), Stopping("b"))
    async with container:
        await container.boot()
        journal = await container.aresolve(Journal)
    assert journal == ["b", "a", "closed"]


async def test_providers_that_were_not_booted_are_not_stopped(container):
    container.add_provider(Stopping("a"))
    async with container:
        journal = await container.aresolve(Journal)
    assert journal == []


async def test_the_others_stop_and_singletons_close_if_one_fails(container):
    container.add_provider(Stopping("a"), Stopping("b", broken=True))
    with pytest.raises(ValueError, match="b does not stop"):
        async with container:
            await container.boot()
            journal = await container.aresolve(Journal)
    assert journal == ["b", "a", "closed"]
