"""Circles, whatever they run through; see also `test_graph`."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Protocol

import pytest

from ftf.container import CircularDependencyError, Container, GraphError


class Left:
    def __init__(self, right: "Right") -> None:
        self.right = right


class Right:
    def __init__(self, left: Left) -> None:
        self.left = left


class Plugin(Protocol): ...


class Host:
    def __init__(self, plugins: list[Plugin]) -> None: ...


class NeedsHost:
    def __init__(self, host: Host) -> None: ...


class Parent:
    def __init__(self, child: "Child") -> None:
        self.child = child


class Child:
    def __init__(self, parent: Callable[[], Parent]) -> None:
        self.parent = parent


type Shorthand = Left


class ByAlias:
    def __init__(self, alias: "ThroughAlias") -> None: ...


class ThroughAlias:
    def __init__(self, left: "Renamed") -> None: ...


type Renamed = ByAlias


def keys_of(fault: CircularDependencyError) -> list[object]:
    return [step.key for step in fault.path]


@pytest.mark.parametrize("scope", ["singleton", "scoped", "transient"])
async def test_edge_56_a_circle_of_two_is_drawn_for_every_lifetime_and_at_both_doors(scope):
    container = Container()
    container.register(Left, scope=scope)
    container.register(Right, scope=scope)
    async with container.scoped_context():
        with pytest.raises(CircularDependencyError, match="Left needs itself") as caught:
            container.resolve(Left)
        with pytest.raises(CircularDependencyError, match="Left needs itself") as acaught:
            await container.aresolve(Left)
    assert keys_of(caught.value) == keys_of(acaught.value) == [Left, Right, Left]
    assert [step.parameter for step in caught.value.path] == ["", "right", "left"]


def test_edge_56_a_circle_through_a_type_alias_is_drawn():
    with pytest.raises(CircularDependencyError, match="ByAlias needs itself") as caught:
        Container().resolve(ByAlias)
    assert keys_of(caught.value) == [ByAlias, ThroughAlias, ByAlias]


def test_edge_56_a_circle_through_another_name_of_the_same_service_is_drawn():
    container = Container()
    named = Annotated[Left, "main"]

    def alias(left: Left) -> Left:
        return left

    def right(left: named) -> Right:
        return Right(left)

    container.register(named, alias)
    container.register(Right, right)
    with pytest.raises(CircularDependencyError, match="needs itself") as caught:
        container.resolve(Left)
    assert set(keys_of(caught.value)) == {Left, Right, named}


def test_edge_56_a_circle_through_a_collection_is_drawn():
    container = Container()
    container.register(Plugin, NeedsHost)
    with pytest.raises(CircularDependencyError, match="Host needs itself") as caught:
        container.resolve(Host)
    assert set(keys_of(caught.value)) == {Host, list[Plugin], Plugin}


def test_edge_56_a_circle_through_the_parameter_of_a_factory_is_drawn():
    def open_left(right: Right) -> Left:
        raise AssertionError("built")

    container = Container()
    container.register(Left, open_left, scope="singleton")
    with pytest.raises(CircularDependencyError, match="Left needs itself") as caught:
        container.resolve(Right)
    assert keys_of(caught.value) == [Left, Right, Left]


def test_edge_56_a_lazy_parameter_breaks_a_circle():
    container = Container()
    container.register(Parent, scope="singleton")
    container.register(Child, scope="singleton")
    container.validate()
    parent = container.resolve(Parent)
    assert parent.child.parent() is parent


def test_edge_56_a_lazy_parameter_called_too_early_is_a_circle_all_the_same():
    def open_child(parent: Callable[[], Parent]) -> Child:
        return Child(parent().child.parent)

    container = Container()
    container.register(Parent, scope="singleton")
    container.register(Child, open_child)
    with pytest.raises(CircularDependencyError, match="needs itself"):
        container.resolve(Parent)


def test_a_factory_that_asks_the_container_for_its_own_service_is_a_circle():
    def open_left(container: Container) -> Left:
        return container.resolve(Left)

    container = Container()
    container.register(Left, open_left)
    with pytest.raises(CircularDependencyError, match="Left needs itself"):
        container.resolve(Left)


async def test_two_singletons_that_ask_for_each_other_from_two_tasks_are_a_circle():
    async def open_left(container: Container) -> Left:
        await asyncio.sleep(0)
        return Left(await container.aresolve(Right))

    async def open_right(container: Container) -> Right:
        await asyncio.sleep(0)
        return Right(await container.aresolve(Left))

    container = Container()
    container.register(Left, open_left, scope="singleton")
    container.register(Right, open_right, scope="singleton")
    asked = container.aresolve(Left), container.aresolve(Right)
    async with asyncio.timeout(60):
        answers = await asyncio.gather(*asked, return_exceptions=True)
    assert any(isinstance(each, CircularDependencyError) for each in answers)


@pytest.mark.parametrize("entry", [Left, Right])
def test_edge_61_a_circle_prints_the_same_wherever_it_is_entered(entry):
    class Outside:
        def __init__(self, inside: entry) -> None: ...

    container = Container()
    texts = set()
    for key in (Left, Right, Outside):
        with pytest.raises(CircularDependencyError, match="Left needs itself") as caught:
            container.resolve(key)
        texts.add(str(caught.value))
    assert len(texts) == 1


def test_edge_61_a_circle_is_reported_once_however_many_of_it_are_registered():
    container = Container()
    container.register(Left)
    container.register(Right)
    with pytest.raises(GraphError, match="Left needs itself") as caught:
        container.validate()
    assert [type(fault) for fault in caught.value.faults] == [CircularDependencyError]
