"""What type checkers must make of the public names; never executed."""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Iterator
from typing import Annotated, NewType, Protocol, assert_type

from ftf.container import Container, ServiceProvider


class Clock(Protocol):
    def now(self) -> float: ...


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...


class SystemClock:
    def now(self) -> float:
        return 0.0


class Repository[T]: ...


type Alias = SystemClock
Port = NewType("Port", int)


async def open_clock() -> Clock:
    return SystemClock()


def lend_clock() -> Iterator[SystemClock]:
    yield SystemClock()


async def alend_clock() -> AsyncIterator[SystemClock]:
    yield SystemClock()


def greet(clock: Clock, name: str) -> str:
    return name


async def agreet(clock: Clock, name: str) -> str:
    return name


async def main(container: Container) -> None:
    assert_type(container.resolve(SystemClock), SystemClock)
    assert_type(container.resolve(Clock), Clock)
    assert_type(container.resolve(Shape), Shape)
    assert_type(container.resolve(Repository[int]), Repository[int])
    assert_type(container.resolve(Annotated[SystemClock, "slow"]), SystemClock)
    assert_type(container.resolve(Alias), SystemClock)
    assert_type(container.resolve(Port), Port)
    assert_type(container.resolve(Clock | None), Clock | None)
    assert_type(await container.aresolve(Clock), Clock)
    assert_type(container.call(greet, name="Ada"), str)
    assert_type(await container.acall(greet, name="Ada"), str)
    assert_type(await container.acall(agreet, name="Ada"), str)
    container.register(Clock, SystemClock, scope="singleton")
    container.register(Clock, open_clock)
    container.register(Clock, lend_clock)
    container.register(Clock, alend_clock)
    container.register(SystemClock, scope="forever")  # type: ignore[arg-type]
    container.instance(Clock, SystemClock())
    async with container.scoped_context() as scope:
        assert_type(scope.resolve(Clock), Clock)
    with container.scoped_context() as scope:
        assert_type(await scope.aresolve(Clock), Clock)


class ClockProvider(ServiceProvider):
    priority = 10

    def register(self, container: Container) -> None:
        container.register(Clock, SystemClock)

    async def boot(self, clock: Clock) -> None: ...
