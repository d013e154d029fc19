import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress

import pytest

from ftf.container import Container


class First: ...


class Second:
    def __init__(self, first: First) -> None: ...


class Third:
    def __init__(self, second: Second) -> None: ...


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def container(log):
    """Three scoped services, made in order by an async generator, a class and a generator."""

    async def first() -> AsyncIterator[First]:
        try:
            yield First()
        except ValueError as error:
            log.append(f"first saw {error}")
            raise
        finally:
            log.append("first closed")

    class ClosingSecond(Second):
        async def close(self) -> None:
            log.append("second closed")

    def third(second: Second) -> Iterator[Third]:
        yield Third(second)
        log.append("third closed")

    container = Container()
    container.register(First, first, scope="scoped")
    container.register(Second, ClosingSecond, scope="scoped")
    container.register(Third, third, scope="scoped")
    return container


async def test_edge_31_services_are_closed_in_reverse_order_of_creation(container, log):
    async with container.scoped_context() as scope:
        await scope.aresolve(Third)
    assert log == ["third closed", "second closed", "first closed"]


async def test_edge_32_generators_see_what_the_body_raised(container, log):
    with pytest.raises(ValueError, match="broken"):
        async with container.scoped_context() as scope:
            await scope.aresolve(Third)
            raise ValueError("broken")
    assert log == ["second closed", "first saw broken", "first closed"]


async def test_edge_32_a_generator_cannot_hide_what_the_body_raised():
    def hiding() -> Iterator[First]:
        with suppress(ValueError):
            yield First()

    container = Container()
    container.register(First, hiding)
    with pytest.raises(ValueError, match="broken"):
        async with container.scoped_context() as scope:
            scope.resolve(First)
            raise ValueError("broken")


@pytest.fixture
def failing(log):
    """Two scoped services whose closing fails."""

    class FailingFirst(First):
        def close(self) -> None:
            log.append("first closed")
            raise ValueError("first is stuck")

    class FailingSecond(Second):
        def dispose(self) -> None:
            log.append("second closed")
            raise KeyError("second is stuck")

    container = Container()
    container.register(First, FailingFirst, scope="scoped")
    container.register(Second, FailingSecond, scope="scoped")
    return container


async def test_edge_33_every_failure_is_reported(failing, log):
    with pytest.raises(ExceptionGroup, match="closing the scope failed") as caught:
        async with failing.scoped_context() as scope:
            scope.resolve(Second)
    assert [type(error) for error in caught.value.exceptions] == [KeyError, ValueError]
    assert log == ["second closed", "first closed"]


def test_edge_33_every_failure_is_reported_by_a_plain_with(failing, log):
    with (
        pytest.raises(ExceptionGroup, match="closing the scope failed"),
        failing.scoped_context() as scope,
    ):
        scope.resolve(Second)
    assert log == ["second closed", "first closed"]


async def test_edge_33_the_failure_of_the_body_keeps_its_type(failing, log, caplog):
    with pytest.raises(RuntimeError, match="broken") as caught:
        async with failing.scoped_context() as scope:
            scope.resolve(Second)
            raise RuntimeError("broken")
    assert caught.value.__notes__ == [
        "Closing the scope failed as well: KeyError('second is stuck')",
        "Closing the scope failed as well: ValueError('first is stuck')",
    ]
    assert [record.message for record in caplog.records] == ["closing the scope failed"] * 2


async def test_edge_34_a_cancelled_teardown_does_not_stop_the_others(log):
    class CancelledSecond(Second):
        async def aclose(self) -> None:
            raise asyncio.CancelledError

    class ClosingFirst(First):
        def close(self) -> None:
            log.append("first closed")

    container = Container()
    container.register(First, ClosingFirst, scope="scoped")
    container.register(Second, CancelledSecond, scope="scoped")
    with pytest.raises(asyncio.CancelledError):
        async with container.scoped_context() as scope:
            scope.resolve(Second)
    assert log == ["first closed"]


async def test_edge_37_a_graph_that_fails_half_way_closes_what_was_built(container, log):
    def failing(second: Second) -> Third:
        raise ValueError("no third")

    container.register(Third, failing, scope="scoped")
    async with container.scoped_context() as scope:
        with pytest.raises(ValueError, match="no third"):
            await scope.aresolve(Third)
    assert log == ["second closed", "first closed"]


async def test_edge_38_closing_twice_is_closing_once(container, log):
    scope = container.scoped_context()
    await scope.aresolve(Third)
    await scope.aclose()
    await scope.aclose()
    assert log == ["third closed", "second closed", "first closed"]


async def test_edge_40_what_the_container_did_not_build_it_does_not_close():
    class Ready:
        def close(self) -> None:
            raise AssertionError("not ours to close")

    container = Container()
    container.instance(Ready, Ready())
    async with container.scoped_context() as scope:
        scope.resolve(Ready)
    await container.dispose_all()


async def test_singletons_are_closed_with_the_container(log):
    class ClosingFirst(First):
        async def aclose(self) -> None:
            log.append("first closed")

    async with Container() as container:
        container.register(First, ClosingFirst, scope="singleton")
        before = container.resolve(First)
    assert log == ["first closed"]
    assert container.resolve(First) is not before


def test_edge_41_a_close_of_the_class_is_called():
    closed = []

    class Files:
        close = classmethod(closed.append)

    container = Container()
    container.register(Files, scope="scoped")
    with container.scoped_context() as scope:
        scope.resolve(Files)
    assert closed == [Files]
