import asyncio
import math
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Generator, Iterator
from functools import partial, partialmethod, wraps
from operator import attrgetter
from pathlib import Path
from typing import Self
from unittest.mock import AsyncMock

import pytest
from services import Engine

from ftf.container import AsyncDependencyError, Container, InvalidRegistrationError


class Car:
    def __init__(self, engine: Engine, name: str = "bare") -> None:
        self.engine, self.name = engine, name

    @classmethod
    def plain(cls, engine: Engine) -> Self:
        return cls(engine, "classmethod")

    @staticmethod
    def still(engine: Engine) -> "Car":
        return Car(engine, "staticmethod")

    @classmethod
    async def aplain(cls, engine: Engine) -> Self:
        return cls(engine, "async classmethod")


class Factory:
    def __call__(self, engine: Engine) -> Car:
        return Car(engine, "callable")

    def make(self, engine: Engine) -> Car:
        return Car(engine, "method")

    def named(self, name: str, engine: Engine) -> Car:
        return Car(engine, name)

    preset = partialmethod(named, "partialmethod")

    def lend(self, engine: Engine) -> Iterator[Car]:
        yield Car(engine, "generator method")


class AsyncFactory:
    async def __call__(self, engine: Engine) -> Car:
        return Car(engine, "async callable")

    async def lend(self, engine: Engine) -> AsyncIterator[Car]:
        yield Car(engine, "async generator method")


class GeneratorFactory:
    def __call__(self, engine: Engine) -> Iterator[Car]:
        yield Car(engine, "generator callable")


def traced[**P, R](function: Callable[P, R]) -> Callable[P, R]:
    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return function(*args, **kwargs)

    return wrapper


def awaited[**P, R](function: Callable[P, Awaitable[R]]) -> Callable[P, R]:
    @wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        return asyncio.run(function(*args, **kwargs))

    return wrapper


def convert(kind: str, engine: Engine, *, name: str = "") -> Car:
    return Car(engine, kind + name)


async def aconvert(kind: str, engine: Engine) -> Car:
    return Car(engine, kind)


def build(engine: Engine) -> Car:
    return Car(engine, "function")


async def abuild(engine: Engine) -> Car:
    return Car(engine, "coroutine")


def promise(engine: Engine) -> Awaitable[Car]:
    return abuild(engine)


def promise_coroutine(engine: Engine) -> Coroutine[None, None, Car]:
    return abuild(engine)


def lend(engine: Engine) -> Generator[Car]:
    yield Car(engine, "generator")


async def alend(engine: Engine) -> AsyncIterator[Car]:
    yield Car(engine, "async generator")


SYNC = {
    "bare": Car,
    "classmethod": Car.plain,
    "staticmethod": Car.still,
    "callable": Factory(),
    "method": Factory().make,
    "partialmethod": Factory().preset,
    "function": traced(build),
    "van": partial(convert, "van"),
    "vans": partial(partial(convert, "van"), name="s"),
    "generator": traced(lend),
    "generator method": Factory().lend,
    "generator callable": GeneratorFactory(),
    "coroutine": awaited(abuild),
}
ASYNC = {
    "async classmethod": Car.aplain,
    "async callable": AsyncFactory(),
    "async generator method": AsyncFactory().lend,
    "async generator": traced(alend),
    "van": partial(aconvert, "van"),
    "coroutine": promise,
    "coroutine ": promise_coroutine,
}


@pytest.mark.parametrize("name", SYNC)
def test_edge_22_whatever_can_be_called_is_read_and_called(name):
    container = Container()
    container.register(Car, SYNC[name])
    with container.scoped_context() as scope:
        car = scope.resolve(Car)
    assert (type(car), type(car.engine), car.name) == (Car, Engine, name)


@pytest.mark.parametrize("name", ASYNC)
async def test_edge_22_whatever_can_be_awaited_is_read_and_awaited(name):
    container = Container()
    container.register(Car, ASYNC[name])
    async with container.scoped_context() as scope:
        with pytest.raises(AsyncDependencyError, match="Car has to be awaited"):
            scope.resolve(Car)
        car = await scope.aresolve(Car)
    assert (type(car), type(car.engine), car.name) == (Car, Engine, name.strip())


def test_edge_22_a_raw_staticmethod_can_be_called_and_a_raw_classmethod_cannot():
    container = Container()
    container.register(Car, vars(Car)["still"])
    assert container.resolve(Car).name == "staticmethod"
    with pytest.raises(InvalidRegistrationError, match="is not a class"):
        container.register(Car, vars(Car)["plain"])
    assert container.resolve(Car).name == "staticmethod"


def test_edge_22_a_lambda_is_called_without_arguments():
    container = Container()
    container.register(Car, lambda: Car(None, "lambda"))
    assert container.resolve(Car).name == "lambda"
    container.register(Car, lambda engine=5: Car(engine))
    assert container.resolve(Car).engine == 5


def test_edge_22_what_is_written_in_c_is_called_without_arguments():
    container = Container()
    container.register(float, time.time, scope="singleton")
    container.register(Path, Path.cwd)
    container.register(int, math.hypot)
    container.register(dict, scope="scoped")
    assert container.resolve(float) == container.resolve(float)
    assert container.resolve(Path) == Path.cwd()
    assert container.resolve(int) == 0
    with container.scoped_context() as scope:
        assert scope.resolve(dict) is scope.resolve(dict)


def test_edge_22_what_is_written_in_c_and_needs_arguments_is_not_swallowed():
    container = Container()
    container.register(Engine, attrgetter("x"))
    with pytest.raises((TypeError, InvalidRegistrationError), match=r"obj|argument"):
        container.resolve(Engine)


class Awaited:
    """A service that happens to be awaitable."""

    def __await__(self):
        raise AssertionError("nobody asked for that")
        yield


def make_awaited() -> Awaited:
    return Awaited()


async def amake_awaited() -> Awaited:
    return Awaited()


@pytest.mark.parametrize("factory", [Awaited, make_awaited, amake_awaited])
@pytest.mark.parametrize("lifetime", ["transient", "scoped", "singleton"])
async def test_edge_23_a_service_that_can_be_awaited_is_not(factory, lifetime):
    container = Container()
    container.register(Awaited, factory, scope=lifetime)
    async with container.scoped_context() as scope:
        assert type(await scope.aresolve(Awaited)) is Awaited
    await container.dispose_all()


async def test_edge_23_a_future_may_be_a_service():
    future = asyncio.get_running_loop().create_future()
    container = Container()
    container.register(asyncio.Future, lambda: future)
    container.register(Awaitable[Car], lambda: future)
    container.register(asyncio.Future[Car], lambda: future)
    for key in (asyncio.Future, Awaitable[Car], asyncio.Future[Car]):
        assert await container.aresolve(key) is future


@pytest.mark.parametrize("factory", [lambda: abuild(None), traced(abuild)])
@pytest.mark.parametrize("lifetime", ["transient", "scoped", "singleton"])
async def test_edge_23_a_coroutine_from_what_does_not_say_so_is_no_service(factory, lifetime):
    container = Container()
    container.register(Car, factory, scope=lifetime)
    async with container.scoped_context() as scope:
        for _ in range(2):
            with pytest.raises(InvalidRegistrationError, match="returned a coroutine") as caught:
                await scope.aresolve(Car)
            with pytest.raises(InvalidRegistrationError, match=r"returned a coroutine"):
                scope.resolve(Car)
    assert "Make it `async def`, or annotate it `-> Awaitable[Car]`." in str(caught.value)
    assert "test_callables.py:" in str(caught.value)


async def test_edge_23_a_mock_is_a_factory_of_its_kind():
    container = Container()
    container.register(Car, AsyncMock(return_value=5))
    assert await container.aresolve(Car) == 5
