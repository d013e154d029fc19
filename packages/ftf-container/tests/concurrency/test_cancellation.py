"""Cancellation at every point where a build, or the closing of a scope, can be cancelled."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from types import coroutine

import pytest
from services import Settings

from ftf.container import Container, Scope


class Pool:
    def __init__(self, settings: Settings) -> None: ...


class Session:
    def __init__(self, pool: Pool) -> None: ...


class Token: ...


class Cursor:
    def __init__(self, session: Session, token: Token) -> None: ...


class Page:
    def __init__(self, pool: Pool, cursor: Cursor, token: Token, session: Session) -> None:
        self.parts = pool, cursor, session


class Log:
    """What was entered and what was closed, in order; each entry has a number of its own."""

    def __init__(self) -> None:
        self.entered: list[tuple[str, int]] = []
        self.closed: list[tuple[str, int]] = []

    @contextmanager
    def entry(self, key: type) -> Iterator[None]:
        entry = key.__name__, len(self.entered)
        self.entered.append(entry)
        try:
            yield
        finally:
            self.closed.append(entry)

    def was_all_closed_once(self) -> bool:
        return sorted(self.entered) == sorted(self.closed)


def make_container(log: Log) -> Container:
    """A graph of all lifetimes and of all kinds of factory, most of which wait several times."""

    async def settings() -> Settings:
        await asyncio.sleep(0)
        return Settings()

    async def pool(settings: Settings) -> AsyncIterator[Pool]:
        await asyncio.sleep(0)
        with log.entry(Pool):
            await asyncio.sleep(0)
            yield Pool(settings)
            await asyncio.sleep(0)

    async def session(pool: Pool) -> AsyncIterator[Session]:
        await asyncio.sleep(0)
        with log.entry(Session):
            await asyncio.sleep(0)
            yield Session(pool)
            await asyncio.sleep(0)

    def token() -> Iterator[Token]:
        with log.entry(Token):
            yield Token()

    async def cursor(session: Session, token: Token) -> Cursor:
        await asyncio.sleep(0)
        made = Cursor(session, token)
        await asyncio.sleep(0)
        return made

    async def decorate(cursor: Cursor, container: Container) -> Cursor:
        await asyncio.sleep(0)
        return cursor

    container = Container()
    container.register(Settings, settings, scope="singleton")
    container.register(Pool, pool, scope="singleton")
    container.register(Session, session, scope="scoped")
    container.register(Token, token)
    container.register(Cursor, cursor, scope="scoped")
    container.extend(Cursor, decorate)
    return container


@coroutine
def cancelled_at[T](point: int, work: Coroutine[object, object, T]) -> Iterator[object]:
    """Run a coroutine and cancel it at a point where it waits; 0 is the first one."""
    seen, answer = 0, work.send
    argument: object = None
    while True:
        try:
            waited = answer(argument)
        except StopIteration as done:
            return done.value
        answer, argument = work.send, None
        if seen == point:
            answer, argument = work.throw, asyncio.CancelledError()
        else:
            yield waited
        seen += 1


def waits_in(run) -> int:
    """Count the points at which a piece of work waits."""
    for point in range(1000):
        try:
            asyncio.run(run(point))
        except asyncio.CancelledError:
            continue
        return point
    raise AssertionError("it never ends")


async def build(point: int, container: Container, scope: Scope) -> Page:
    return await cancelled_at(point, scope.aresolve(Page))


async def _count_builds(point: int) -> None:
    container = make_container(Log())
    async with container.scoped_context() as scope:
        await build(point, container, scope)


async def _count_closing(point: int) -> None:
    scope = make_container(Log()).scoped_context()
    await scope.aresolve(Page)
    await cancelled_at(point, scope.aclose())


BUILD_POINTS, CLOSING_POINTS = waits_in(_count_builds), waits_in(_count_closing)


def test_the_work_waits_as_often_as_it_is_made_to():
    # One for the settings, three for the cursor, and two for each generator.
    assert BUILD_POINTS == 1 + 3 + 2 * 2
    assert CLOSING_POINTS == 1


@pytest.mark.parametrize("point", range(BUILD_POINTS))
async def test_a_build_that_is_cancelled_leaks_nothing_and_can_be_tried_again(point):
    log = Log()
    async with make_container(log) as container, container.scoped_context() as scope:
        with pytest.raises(asyncio.CancelledError):
            await build(point, container, scope)
        page = await scope.aresolve(Page)
        pool, cursor, session = page.parts
        assert await scope.aresolve(Session) is session
        assert await scope.aresolve(Cursor) is cursor
        assert await container.aresolve(Pool) is pool
    assert log.was_all_closed_once()


@pytest.mark.parametrize("point", range(BUILD_POINTS))
async def test_a_build_that_is_cancelled_leaves_its_scope_to_be_closed_in_order(point):
    log = Log()
    async with make_container(log) as container:
        with pytest.raises(asyncio.CancelledError):
            async with container.scoped_context() as scope:
                await build(point, container, scope)
    assert log.was_all_closed_once()
    assert log.closed == log.entered[::-1]


@pytest.mark.parametrize("point", range(BUILD_POINTS))
async def test_who_waits_for_a_build_that_is_cancelled_takes_it_over(point):
    log = Log()
    async with make_container(log) as container, container.scoped_context() as scope:
        builder = asyncio.create_task(build(point, container, scope))
        waiters = [asyncio.create_task(scope.aresolve(Page)) for _ in range(3)]
        pages = await asyncio.gather(*waiters)
        with pytest.raises(asyncio.CancelledError):
            await builder
        assert len({page.parts for page in pages}) == 1
    assert log.was_all_closed_once()


@pytest.mark.parametrize("point", range(BUILD_POINTS))
async def test_a_waiter_that_is_cancelled_disturbs_no_other(point):
    log = Log()
    async with make_container(log) as container, container.scoped_context() as scope:
        builder = asyncio.create_task(scope.aresolve(Page))
        waiter = asyncio.create_task(scope.aresolve(Page))
        for _ in range(point + 1):
            await asyncio.sleep(0)
        waiter.cancel()
        page = await builder
        await asyncio.wait([waiter])
        assert (await scope.aresolve(Page)).parts == page.parts
    assert [name for name, _ in log.entered].count("Session") == 1
    assert log.was_all_closed_once()


@pytest.mark.parametrize("point", range(CLOSING_POINTS))
async def test_a_closing_that_is_cancelled_still_closes_everything(point):
    log = Log()
    async with make_container(log) as container:
        scope = container.scoped_context()
        await scope.aresolve(Page)
        with pytest.raises(asyncio.CancelledError):
            await cancelled_at(point, scope.aclose())
        await scope.aclose()
    assert log.was_all_closed_once()


async def test_edge_55_an_async_generator_cancelled_before_its_yield_is_closed():
    closed, begun = [], asyncio.Event()

    async def lend() -> AsyncIterator[Token]:
        try:
            begun.set()
            await asyncio.Event().wait()
            yield Token()
        finally:
            await asyncio.sleep(0)
            closed.append(True)

    container = Container()
    container.register(Token, lend, scope="scoped")
    async with container.scoped_context() as scope:
        task = asyncio.create_task(scope.aresolve(Token))
        await begun.wait()
        task.cancel()
        await asyncio.wait([task])
        assert (task.cancelled(), closed) == (True, [True])
    assert closed == [True]
