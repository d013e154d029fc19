from collections.abc import AsyncIterator, Iterator

import pytest
from services import Pool

from ftf.container import AsyncDependencyError, Container, InvalidRegistrationError


class Repository:
    def __init__(self, pool: Pool) -> None:
        self.pool = pool


async def open_pool() -> Pool:
    return Pool()


async def lend_pool() -> AsyncIterator[Pool]:
    yield Pool()


def borrow_pool() -> Iterator[Pool]:
    yield Pool()


class PoolOpener:
    async def __call__(self) -> Pool:
        return Pool()


@pytest.mark.parametrize("factory", [Pool, open_pool, lend_pool, borrow_pool, PoolOpener()])
async def test_every_kind_of_factory_is_awaited_for(factory):
    container = Container()
    container.register(Pool, factory)
    async with container.scoped_context() as scope:
        assert isinstance((await scope.aresolve(Repository)).pool, Pool)


@pytest.mark.parametrize("factory", [Pool, borrow_pool])
def test_sync_factories_need_no_await(factory):
    container = Container()
    container.register(Pool, factory)
    with container.scoped_context() as scope:
        assert isinstance(scope.resolve(Repository).pool, Pool)


@pytest.mark.parametrize("factory", [open_pool, lend_pool])
def test_an_async_factory_refuses_the_sync_door_and_shows_the_way(factory):
    container = Container()
    container.register(Pool, factory)
    with pytest.raises(AsyncDependencyError, match="Pool has to be awaited") as caught:
        container.resolve(Repository)
    assert [step.key for step in caught.value.path] == [Repository, Pool]


@pytest.mark.parametrize("lifetime", ["singleton", "scoped"])
async def test_what_was_awaited_already_passes_the_sync_door(lifetime):
    container = Container()
    container.register(Pool, open_pool, scope=lifetime)
    async with container.scoped_context() as scope:
        pool = await scope.aresolve(Pool)
        assert scope.resolve(Pool) is pool


async def test_async_and_sync_parameters_mix():
    class Service:
        def __init__(self, repository: Repository, *, container: Container) -> None:
            self.repository, self.container = repository, container

    container = Container()
    container.register(Pool, borrow_pool, scope="scoped")
    container.register(Repository, _repository)
    async with container.scoped_context() as scope:
        service = await scope.aresolve(Service)
        assert service.container is container
        assert service.repository.pool is scope.resolve(Pool)


async def _repository(pool: Pool) -> Repository:
    return Repository(pool)


async def test_edge_26_a_falsy_instance_is_kept_like_any_other():
    made = []

    def nothing() -> Pool | None:
        made.append(None)

    container = Container()
    container.register(Pool, nothing, scope="singleton")
    assert container.resolve(Pool) is None
    assert await container.aresolve(Pool) is None
    assert len(made) == 1


def test_edge_27_a_failed_factory_is_asked_again():
    answers = iter([ValueError("not yet"), Pool()])

    def sometimes() -> Pool:
        answer = next(answers)
        if isinstance(answer, ValueError):
            raise answer
        return answer

    container = Container()
    container.register(Pool, sometimes, scope="singleton")
    with pytest.raises(ValueError, match="not yet"):
        container.resolve(Pool)
    assert isinstance(container.resolve(Pool), Pool)


def test_edge_29_a_generator_that_never_yields_is_an_error():
    def never() -> Iterator[Pool]:
        return
        yield

    container = Container()
    container.register(Pool, never)
    with pytest.raises(InvalidRegistrationError, match="yields nothing"):
        container.resolve(Pool)
