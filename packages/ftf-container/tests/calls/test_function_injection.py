"""Functions of every kind that `call` and `acall` may be handed."""

import asyncio
import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Iterator
from typing import Annotated
from unittest.mock import create_autospec

import pytest

from ftf.container import (
    AsyncDependencyError,
    Container,
    InvalidRegistrationError,
    UnregisteredDependencyError,
)


class Clock:
    hour = 12


class Loud:
    def __init__(self) -> None:
        raise AssertionError("built")


class Door:
    factor = 2

    def open(self, clock: Clock) -> int:
        return clock.hour * self.factor

    @staticmethod
    def knock(clock: Clock) -> int:
        return clock.hour

    @classmethod
    def count(cls, clock: Clock) -> int:
        return clock.hour * cls.factor

    async def aopen(self, clock: Clock) -> int:
        return clock.hour * self.factor

    def __call__(self, clock: Clock) -> int:
        return clock.hour + self.factor


class AsyncDoor:
    async def __call__(self, clock: Clock) -> int:
        return clock.hour


class Slotted:
    __slots__ = ()

    def __call__(self, clock: Clock) -> int:
        return clock.hour


def read(clock: Clock, minutes: int = 0, *rest: int, **named: int) -> tuple[object, ...]:
    return clock.hour, minutes, rest, named


def tick(clock: Clock) -> Iterator[int]:
    yield clock.hour


async def atick(clock: Clock) -> AsyncIterator[int]:
    yield clock.hour


@functools.wraps(read)
def wrapped(*args: object, **kwargs: object) -> object:
    return "wrapped", *read(*args, **kwargs)


def passed_on(clock: Clock) -> Awaitable[int]:
    async def answer() -> int:
        return clock.hour

    return answer()


@pytest.fixture
def container():
    return Container()


async def test_edge_67_an_explicit_argument_wins_and_its_service_is_not_built(container):
    def use(loud: Loud, clock: Clock) -> object:
        return loud, clock.hour

    assert container.call(use, loud="quiet") == ("quiet", 12)
    assert await container.acall(use, loud="quiet") == ("quiet", 12)
    assert container.call(use, loud=None) == (None, 12)
    with pytest.raises(AssertionError, match="built"):
        container.call(use)


async def test_edge_67_an_explicit_argument_spares_what_cannot_be_built_or_awaited(container):
    async def later() -> Clock:
        return Clock()

    def use(clock: Clock, name: str, unknown=...) -> str:
        return f"{name} {clock.hour}"

    container.register(Clock, later)
    assert container.call(use, clock=Clock(), name="Ada") == "Ada 12"
    with pytest.raises(AsyncDependencyError, match="Clock has to be awaited"):
        container.call(use, name="Ada")
    with pytest.raises(UnregisteredDependencyError, match="for str"):
        await container.acall(use)
    assert await container.acall(use, name="Ada") == "Ada 12"


def test_edge_67_a_default_and_the_various_arguments_stay_what_they_are(container):
    assert container.call(read) == (12, 0, (), {})
    assert container.call(read, minutes=30, seconds=5) == (12, 30, (), {"seconds": 5})


def test_edge_67_an_argument_that_is_not_a_parameter_is_refused_as_python_does(container):
    with pytest.raises(TypeError, match="unexpected keyword argument 'colour'"):
        container.call(Door().open, colour="red")


def test_edge_67_methods_of_every_kind_are_called(container):
    door = Door()
    for method, answer in (
        (door.open, 24),
        (Door.knock, 12),
        (door.knock, 12),
        (Door.count, 24),
        (door, 14),
        (Slotted(), 12),
        (functools.partial(door.open), 24),
        (functools.partial(read, minutes=5), (12, 5, (), {})),
        (functools.partialmethod(Door.open).__get__(door, Door), 24),
        (wrapped, ("wrapped", 12, 0, (), {})),
        (lambda: 7, 7),
    ):
        for _ in range(2):
            assert container.call(method) == answer
    assert container.call(Door.open, self=door) == 24


def test_edge_67_each_instance_gets_its_own_method_called(container):
    class Wide(Door):
        factor = 3

    assert [container.call(each.open) for each in (Door(), Wide(), Door())] == [24, 36, 24]
    assert [container.call(each.count) for each in (Door, Wide)] == [24, 36]


async def test_edge_67_async_functions_of_every_kind_are_awaited(container):
    door = Door()
    for function in (door.aopen, functools.partial(door.aopen)):
        assert await container.acall(function) == 24
    assert await container.acall(AsyncDoor()) == 12
    assert await container.acall(Door.aopen, self=door) == 24
    assert await container.acall(passed_on) == 12
    for function in (door.aopen, AsyncDoor(), functools.partial(door.aopen)):
        with pytest.raises(AsyncDependencyError, match="has to be awaited"):
            container.call(function)


async def test_edge_67_a_generator_is_handed_over_with_its_services_in_it(container):
    assert list(container.call(tick)) == [12]
    assert list(await container.acall(tick)) == [12]
    assert [hour async for hour in container.call(atick)] == [12]
    assert [hour async for hour in await container.acall(atick)] == [12]


def test_edge_67_a_class_is_called_like_a_function(container):
    class Watch:
        def __init__(self, clock: Clock, name: str) -> None:
            self.clock, self.name = clock, name

    watch = container.call(Watch, name="Ada")
    assert (watch.clock.hour, watch.name) == (12, "Ada")


async def test_a_function_sees_the_current_override_and_the_current_scope(container):
    class Late(Clock):
        hour = 23

    container.register(Clock, scope="scoped")
    async with container.scoped_context() as scope:
        assert container.call(read)[0] == 12
        with container.override(Clock, Late):
            assert container.call(read)[0] == scope.call(read)[0] == 23
        assert container.call(read)[0] == 12


def test_a_function_made_again_and_again_is_not_remembered(container, no_garbage):
    def again() -> None:
        def use(clock: Clock) -> int:
            return clock.hour

        assert container.call(use) == 12

    again()
    with no_garbage():
        for _ in range(10):
            again()


async def test_edge_68_calling_leaves_a_function_as_it_was(container):
    before = {name: inspect.signature(each) for name, each in (("r", read), ("w", wrapped))}
    container.call(read)
    await container.acall(wrapped)
    assert before == {"r": inspect.signature(read), "w": inspect.signature(wrapped)}
    assert wrapped.__wrapped__ is read
    assert not hasattr(read, "__wrapped__")
    assert inspect.iscoroutinefunction(Door.aopen)
    assert inspect.isgeneratorfunction(tick)
    assert inspect.isasyncgenfunction(atick)


def test_edge_68_the_doors_tell_truly_whether_they_are_to_be_awaited(container):
    with container.scoped_context() as scope:
        for owner in (container, scope):
            assert all(map(inspect.iscoroutinefunction, (owner.aresolve, owner.acall)))
            assert not any(map(inspect.iscoroutinefunction, (owner.resolve, owner.call)))


async def test_edge_68_a_container_can_be_replaced_by_an_autospec_of_it():
    fake = create_autospec(Container, instance=True)
    fake.resolve.return_value = fake.aresolve.return_value = "service"
    assert fake.resolve(Clock) == await fake.aresolve(Clock) == "service"
    with pytest.raises(TypeError, match="missing a required argument: 'key'"):
        fake.resolve()


def test_edge_68_an_autospec_of_a_function_is_called_with_the_services_of_the_function(container):
    fake = create_autospec(read, return_value="faked")
    assert container.call(fake) == "faked"
    (clock,) = fake.call_args.args
    assert type(clock) is Clock


def test_a_parameter_that_names_no_service_is_refused_by_its_name(container):
    with pytest.raises(InvalidRegistrationError, match="Parameter 'clock' of <lambda> has no"):
        container.call(lambda clock: clock)


async def test_a_qualified_parameter_gets_the_qualified_service(container):
    class Late(Clock):
        hour = 23

    def use(clock: Annotated[Clock, "late"]) -> int:
        return clock.hour

    container.register(Annotated[Clock, "late"], Late)
    assert container.call(use) == await container.acall(use) == 23


async def test_many_calls_at_once_share_the_singletons_they_need(container):
    made: list[Clock] = []

    async def open_clock() -> Clock:
        await asyncio.sleep(0)
        made.append(Clock())
        return made[-1]

    def use(clock: Clock) -> Clock:
        return clock

    container.register(Clock, open_clock, scope="singleton")
    answers = await asyncio.gather(*(container.acall(use) for _ in range(50)))
    assert len(made) == len(set(answers)) == 1
