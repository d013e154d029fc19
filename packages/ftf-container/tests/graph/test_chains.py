"""Graphs that are deep or wide: nothing in the container recurses once for each service."""

import sys
from collections.abc import AsyncIterator, Iterator

import pytest

from ftf.container import Container

DEPTH = 1_000


class Base:
    def __init__(self) -> None:
        self.below: object = None


def chain(container: Container, scope: str, wrap=lambda make, _: make) -> list[type]:
    """Register classes, each of which needs the one before it; the last is the root."""
    keys: list[type] = []
    for index in range(DEPTH):
        hint = keys[-1] if keys else None

        def make(below: hint = None) -> Base:
            made = Base()
            made.below = below
            return made

        key = type(f"Service{index}", (Base,), {})
        container.register(key, wrap(make, hint), scope=scope)
        keys.append(key)
    return keys


def depth_of(made: object) -> int:
    depth = 0
    while made is not None:
        made, depth = made.below, depth + 1
    return depth


def in_awaiting(make, hint):
    async def amake(below: hint = None) -> Base:
        return make(below)

    return amake


def in_generator(make, hint):
    def lend(below: hint = None) -> Iterator[Base]:
        yield make(below)

    return lend


def in_async_generator(make, hint):
    async def lend(below: hint = None) -> AsyncIterator[Base]:
        yield make(below)

    return lend


@pytest.mark.slow
@pytest.mark.parametrize("scope", ["singleton", "scoped", "transient"])
async def test_edge_57_a_thousand_services_in_a_row_can_be_delivered(scope):
    assert sys.getrecursionlimit() <= DEPTH
    for wrap in (lambda make, _: make, in_generator):
        container = Container()
        *_, last = chain(container, scope, wrap)
        container.validate()
        with container.scoped_context() as scoped:
            assert depth_of(scoped.resolve(last)) == DEPTH
        container.reset_singletons()
        async with container.scoped_context() as scoped:
            assert depth_of(await scoped.aresolve(last)) == DEPTH
        await container.dispose_all()


@pytest.mark.parametrize("scope", ["singleton", "scoped", "transient"])
@pytest.mark.parametrize("wrap", [in_awaiting, in_async_generator])
async def test_edge_57_a_thousand_async_services_in_a_row_can_be_delivered(scope, wrap):
    container = Container()
    *_, last = chain(container, scope, wrap)
    container.validate()
    async with container.scoped_context() as scoped:
        assert depth_of(await scoped.aresolve(last)) == DEPTH
    await container.dispose_all()


@pytest.mark.parametrize("entry", ["call", "explain", "graph"])
def test_edge_57_a_thousand_services_in_a_row_can_be_called_with_and_drawn(entry):
    container = Container()
    *_, last = chain(container, "transient")

    def use(service: last) -> int:
        return depth_of(service)

    if entry == "call":
        assert container.call(use) == DEPTH
    elif entry == "explain":
        assert len(str(container.explain(last)).splitlines()) == DEPTH
    else:
        assert container.graph().to_mermaid().count(" --> ") == DEPTH - 1


def test_edge_57_an_override_at_the_bottom_reaches_the_top():
    container = Container()
    first, *_, last = chain(container, "singleton")
    before = container.resolve(last)
    with container.override(first, lambda: None):
        assert depth_of(container.resolve(last)) == DEPTH - 1
    assert container.resolve(last) is before


def diamonds(container: Container, levels: int, scope: str) -> type:
    """Register a tower in which each class needs the one below it twice: 2 ** levels paths."""
    below: type | None = None
    for _ in range(levels):
        hint = below

        class Level:
            def __init__(self, left: hint = None, right: hint = None) -> None:
                self.left, self.right = left, right

        container.register(Level, scope=scope)
        below = Level
    return below


@pytest.mark.parametrize(
    ("scope", "shared"), [("singleton", True), ("scoped", True), ("transient", False)]
)
async def test_edge_57_a_diamond_shares_its_bottom_if_it_is_kept(scope, shared):
    container = Container()
    top = diamonds(container, 2, scope)
    async with container.scoped_context() as scoped:
        made, amade = scoped.resolve(top), await scoped.aresolve(top)
    for each in (made, amade):
        assert (each.left is each.right) is shared


@pytest.mark.parametrize("scope", ["singleton", "scoped"])
def test_edge_57_a_tower_of_diamonds_is_walked_once(scope):
    container = Container()
    top = diamonds(container, 60, scope)
    container.validate()
    assert str(container.explain(top)).count("\n") <= 2 * 60
    with container.scoped_context() as scoped:
        assert scoped.resolve(top).left is not None


def test_edge_57_a_tower_of_diamonds_with_a_fault_below_is_walked_once():
    container = Container()

    class Missing:
        def __init__(self, name: str) -> None: ...

    below: type = Missing
    for _ in range(60):
        hint = below

        class Level:
            def __init__(self, left: hint, right: hint) -> None: ...

        container.register(Level)
        below = Level
    with pytest.raises(Exception, match="Nothing is registered for str") as caught:
        container.validate()
    assert len(caught.value.faults) == 1
