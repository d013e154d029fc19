"""Parameters that are functions: the service is made when they are called."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import pytest
from services import Session

from ftf.container import (
    AsyncDependencyError,
    Container,
    ScopeNotActiveError,
    UnregisteredDependencyError,
)


class Engine:
    made = 0

    def __init__(self) -> None:
        type(self).made += 1


class Car:
    def __init__(self, engine: Callable[[], Engine]) -> None:
        self.engine = engine


class Worker:
    def __init__(self, session: Callable[[], Session]) -> None:
        self.session = session


class Later:
    def __init__(self, engine: Callable[[], Awaitable[Engine]]) -> None:
        self.engine = engine


async def open_engine() -> Engine:
    return Engine()


@pytest.fixture
def container():
    return Container()


async def test_a_lazy_service_is_made_when_it_is_called_for(container):
    before = Engine.made
    for car in (container.resolve(Car), await container.aresolve(Car)):
        assert Engine.made == before
        assert type(car.engine()) is Engine
        before += 1
        assert Engine.made == before


@pytest.mark.parametrize(("lifetime", "same"), [("singleton", True), ("transient", False)])
def test_a_lazy_service_has_its_own_lifetime(container, lifetime, same):
    container.register(Engine, scope=lifetime)
    car = container.resolve(Car)
    assert (car.engine() is car.engine()) is same


def test_a_singleton_may_ask_for_a_scoped_service_lazily_and_gets_that_of_the_current_scope(
    container,
):
    container.register(Session, scope="scoped")
    container.register(Worker, scope="singleton")
    container.validate()
    worker = container.resolve(Worker)
    for _ in range(2):
        with container.scoped_context() as scope:
            assert worker.session() is scope.resolve(Session)
    with pytest.raises(ScopeNotActiveError, match="Session is scoped"):
        worker.session()


def test_a_lazy_service_is_the_overridden_one_at_the_time(container):
    class Fake(Engine): ...

    container.register(Car, scope="singleton")
    car = container.resolve(Car)
    with container.override(Engine, Fake):
        assert type(car.engine()) is Fake
        assert container.resolve(Car) is car
    assert type(car.engine()) is Engine


async def test_a_lazy_async_service_is_awaited(container):
    container.register(Engine, open_engine, scope="singleton")
    later = container.resolve(Later)
    assert await later.engine() is await container.aresolve(Engine)
    container.register(Engine, open_engine)
    with pytest.raises(AsyncDependencyError, match="Engine has to be awaited"):
        container.resolve(Car).engine()


def test_a_lazy_qualified_service_is_the_qualified_one(container):
    def drive(engine: Callable[[], Annotated[Engine, "spare"]]) -> Engine:
        return engine()

    spare = Engine()
    container.instance(Annotated[Engine, "spare"], spare)
    assert container.call(drive) is spare


def test_a_function_that_is_registered_is_delivered_itself(container):
    made = Engine()
    container.instance(Callable[[], Engine], lambda: made)
    assert container.resolve(Car).engine() is made


def test_a_function_with_arguments_is_not_made_up(container):
    def drive(engine: Callable[[int], Engine]) -> None: ...

    with pytest.raises(UnregisteredDependencyError, match=r"Nothing is registered for .*Callable"):
        container.call(drive)
