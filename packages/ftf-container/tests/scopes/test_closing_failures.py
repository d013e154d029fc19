"""In which order services are closed, and which exceptions get through; see `test_teardown`."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from services import Engine, Service

from ftf.container import Container, Scope, ScopeClosedError, ScopeNotActiveError


class First: ...


class Second: ...


class Third: ...


class Fourth: ...


LINE = (First, Second, Third, Fourth)


class Stop(BaseException):
    """Something that is no `Exception`, as a shutdown of the program is none."""


@pytest.fixture
def log() -> list[str]:
    return []


@contextmanager
def logged(log: list[str], name: str, failure: BaseException | None = None) -> Iterator[None]:
    """Log how a generator ends, and possibly fail then."""
    try:
        yield
    except BaseException as seen:
        log.append(f"{name} saw {seen!r}")
        if failure is not None:
            raise failure from seen
        raise
    else:
        log.append(f"{name} closed")
        if failure is not None:
            raise failure


def make_container(log: list[str], failures: dict[type, BaseException] | None = None) -> Container:
    """Four scoped services: generators and async generators by turns, some fail when closed."""
    container, failing = Container(), failures or {}

    def generator(key: type):
        def lend() -> Iterator[key]:
            with logged(log, key.__name__, failing.get(key)):
                yield key()

        return lend

    def async_generator(key: type):
        async def lend() -> AsyncIterator[key]:
            with logged(log, key.__name__, failing.get(key)):
                yield key()

        return lend

    for index, key in enumerate(LINE):
        factory = (generator, async_generator)[index % 2](key)
        container.register(key, factory, scope="scoped")
    return container


async def resolve_all(scope: Scope) -> None:
    for key in LINE:
        await scope.aresolve(key)


async def test_edge_31_sync_and_async_generators_are_closed_in_one_order(log):
    async with make_container(log).scoped_context() as scope:
        await resolve_all(scope)
    assert log == ["Fourth closed", "Third closed", "Second closed", "First closed"]


async def test_edge_31_what_was_finished_last_is_closed_first_whatever_was_begun_first(log):
    go = asyncio.Event()

    async def slow() -> AsyncIterator[First]:
        await go.wait()
        with logged(log, "slow"):
            yield First()

    async def quick() -> AsyncIterator[Second]:
        with logged(log, "quick"):
            yield Second()
        go.set()

    container = Container()
    container.register(First, slow, scope="scoped")
    container.register(Second, quick, scope="scoped")
    async with container.scoped_context() as scope:
        begun_first = asyncio.create_task(scope.aresolve(First))
        await asyncio.sleep(0)
        await scope.aresolve(Second)
        go.set()
        await begun_first
    assert log == ["slow closed", "quick closed"]


@pytest.mark.parametrize(
    "body", [ValueError("broken"), asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit()]
)
async def test_edge_32_edge_34_every_generator_sees_what_ended_the_body(log, body):
    with pytest.raises(type(body)) as caught:  # the identity is compared below
        async with make_container(log).scoped_context() as scope:
            await resolve_all(scope)
            raise body
    assert caught.value is body
    assert log == [f"{key.__name__} saw {body!r}" for key in reversed(LINE)]


@pytest.mark.parametrize("body", [StopIteration(1), StopAsyncIteration(1)])
async def test_edge_32_the_end_of_an_iteration_is_an_exception_like_any_other(log, body):
    with pytest.raises(type(body)) as caught:
        async with make_container(log).scoped_context() as scope:
            await resolve_all(scope)
            raise body
    assert caught.value is body
    assert log == [f"{key.__name__} saw {body!r}" for key in reversed(LINE)]
    assert not hasattr(body, "__notes__")


async def test_edge_32_a_generator_that_makes_another_exception_of_it_is_reported(log, caplog):
    failures = {Third: LookupError("not mine"), Second: TypeError("nor mine")}
    with pytest.raises(ValueError, match="broken") as caught:
        async with make_container(log, failures).scoped_context() as scope:
            await resolve_all(scope)
            raise ValueError("broken")
    assert log == [f"{key.__name__} saw ValueError('broken')" for key in reversed(LINE)]
    assert caught.value.__notes__ == [
        "Closing the scope failed as well: LookupError('not mine')",
        "Closing the scope failed as well: TypeError('nor mine')",
    ]
    assert len(caplog.records) == 2


async def test_edge_32_an_exception_that_cannot_be_hashed_passes_as_well(log):
    class UnhashableError(ValueError):
        __hash__ = None

    with pytest.raises(UnhashableError, match="broken") as caught:
        async with make_container(log).scoped_context() as scope:
            await resolve_all(scope)
            raise UnhashableError("broken")
    assert not hasattr(caught.value, "__notes__")


async def test_edge_32_a_generator_that_swallows_the_exception_does_not_keep_it_from_others(log):
    def hiding() -> Iterator[Fourth]:
        try:
            yield Fourth()
        except ValueError:
            log.append("hidden")

    container = make_container(log)
    container.register(Fourth, hiding, scope="scoped")
    with pytest.raises(ValueError, match="broken"):
        async with container.scoped_context() as scope:
            await resolve_all(scope)
            raise ValueError("broken")
    assert log == ["hidden", *(f"{key.__name__} saw ValueError('broken')" for key in LINE[2::-1])]


@pytest.mark.parametrize(
    "stop", [asyncio.CancelledError(), KeyboardInterrupt(), GeneratorExit(), Stop()]
)
@pytest.mark.parametrize("stopping", [Third, Fourth])
async def test_edge_34_a_teardown_that_is_stopped_does_not_stop_the_rest(log, stop, stopping):
    failures = {stopping: stop, Second: ValueError("stuck")}
    with pytest.raises(type(stop)) as caught:
        async with make_container(log, failures).scoped_context() as scope:
            await resolve_all(scope)
    assert caught.value is stop
    assert stop.__notes__.pop() == "Closing the scope failed as well: ValueError('stuck')"
    assert log == [f"{key.__name__} closed" for key in reversed(LINE)]


async def test_edge_34_of_two_stops_none_is_lost(log):
    failures = {Third: Stop("later"), Second: KeyboardInterrupt("earlier")}
    with pytest.raises(Stop, match="later") as caught:
        async with make_container(log, failures).scoped_context() as scope:
            await resolve_all(scope)
    (note,) = caught.value.__notes__
    assert note == "Closing the scope failed as well: KeyboardInterrupt('earlier')"


async def test_edge_34_a_stop_in_the_teardown_goes_before_what_the_body_raised(log):
    with pytest.raises(Stop) as caught:
        async with make_container(log, {Third: Stop()}).scoped_context() as scope:
            await resolve_all(scope)
            raise ValueError("broken")
    assert isinstance(caught.value.__cause__, ValueError)
    assert len(log) == len(LINE)


async def test_edge_35_what_a_task_entered_it_leaves_itself():
    tasks = []

    async def bound() -> AsyncIterator[First]:
        tasks.append(asyncio.current_task())
        # Both refuse to be left by another task than the one which entered them.
        async with asyncio.timeout(60), asyncio.TaskGroup():
            yield First()
        tasks.append(asyncio.current_task())

    container = Container()
    container.register(First, bound, scope="scoped")
    async with container.scoped_context() as scope:
        await scope.aresolve(First)
    assert tasks == [asyncio.current_task()] * 2


async def test_edge_36_a_teardown_gets_nothing_more_from_its_scope():
    refused = []

    async def lookup(scope: Scope, container: Container) -> AsyncIterator[First]:
        second = scope.resolve(Second)
        yield First()
        assert second
        for ask in (scope.resolve, scope.aresolve, scope.call, scope.acall):
            with pytest.raises(ScopeClosedError, match="Second was asked for from a scope"):
                made = ask(Second)
                await made
            refused.append(ask)
        with pytest.raises(ScopeNotActiveError, match="Second is scoped"):
            container.resolve(Second)

    container = Container()
    container.register(First, lookup, scope="scoped")
    container.register(Second, scope="scoped")
    async with container.scoped_context() as scope:
        await scope.aresolve(First)
    assert len(refused) == 4


async def test_edge_34_a_generator_that_cancels_its_task_stops_nothing():
    closed = []

    async def cancelled(engine: Engine) -> AsyncIterator[Service]:
        yield Service(engine)
        asyncio.current_task().cancel()
        await asyncio.sleep(0)

    def engine() -> Iterator[Engine]:
        yield Engine()
        closed.append(Engine)

    async def request() -> None:
        async with container.scoped_context() as scope:
            await scope.aresolve(Service)

    container = Container()
    container.register(Engine, engine, scope="scoped")
    container.register(Service, cancelled, scope="scoped")
    task = asyncio.create_task(request())
    await asyncio.wait([task])
    assert task.cancelled()
    assert closed == [Engine]
