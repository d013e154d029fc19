import asyncio

import pytest

from ftf.container import (
    AsyncDependencyError,
    Container,
    ScopeClosedError,
    ScopeNotActiveError,
    UnregisteredDependencyError,
)


class Clock:
    hour = 12


async def open_clock() -> Clock:
    return Clock()


def greet(clock: Clock, name: str, *, mark: str = "!") -> str:
    return f"{clock.hour}: hello {name}{mark}"


async def agreet(clock: Clock, name: str) -> str:
    return greet(clock, name)


async def test_a_function_gets_its_services_and_what_it_is_given():
    container = Container()
    assert container.call(greet, name="Ada") == "12: hello Ada!"
    assert await container.acall(greet, name="Ada", mark="?") == "12: hello Ada?"
    assert await container.acall(agreet, name="Ada") == "12: hello Ada!"


async def test_a_scope_calls_with_its_own_services():
    container = Container()
    container.register(Clock, scope="scoped")
    async with container.scoped_context() as scope:
        clock = scope.resolve(Clock)
        assert scope.call(_same, other=clock)
        assert await scope.acall(_same, other=clock)
    with pytest.raises(ScopeNotActiveError, match="Clock is scoped"):
        container.call(_same, other=clock)


def _same(clock: Clock, other: Clock) -> bool:
    return clock is other


async def test_edge_67_a_given_argument_wins_and_its_service_is_not_built():
    container = Container()
    container.register(Clock, open_clock)
    clock = Clock()
    assert container.call(_same, clock=clock, other=clock)


@pytest.mark.parametrize("function", [agreet, greet])
def test_an_async_function_or_service_needs_acall(function):
    container = Container()
    container.register(Clock, open_clock)
    with pytest.raises(AsyncDependencyError, match="acall"):
        container.call(function, name="Ada")


def test_the_names_of_given_arguments_are_names_and_nothing_else():
    def keep(**given: object) -> dict[str, object]:
        return given

    names = {"a=print('never'), b": 1, "class": 2}
    assert Container().call(keep, **names) == names


async def test_what_is_wrong_is_raised_when_it_is_awaited():
    class Missing:
        def __init__(self, number: int) -> None: ...

    def call(missing: Missing) -> None: ...

    container = Container()
    async with container.scoped_context() as scope:
        asks = [container.aresolve(Missing), scope.aresolve(Missing), scope.acall(call)]
    asks += [scope.aresolve(Missing), scope.acall(call)]
    answers = await asyncio.gather(*asks, return_exceptions=True)
    assert [type(answer) for answer in answers] == [UnregisteredDependencyError] * 3 + [
        ScopeClosedError
    ] * 2
