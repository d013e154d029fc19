import asyncio
from collections.abc import AsyncIterator
from contextvars import copy_context
from threading import Thread

import pytest
from services import Session

from ftf.container import AsyncDependencyError, Container, ScopeClosedError, ScopeNotActiveError


@pytest.fixture
def container():
    container = Container()
    container.register(Session, scope="scoped")
    return container


async def test_the_container_finds_the_scope_it_is_asked_in(container):
    async with container.scoped_context() as scope:
        assert container.resolve(Session) is scope.resolve(Session)


def test_edge_42_a_nested_scope_leaves_the_outer_one_intact(container):
    with container.scoped_context() as outer:
        before = container.resolve(Session)
        with container.scoped_context():
            assert container.resolve(Session) is not before
        assert container.resolve(Session) is before is outer.resolve(Session)


async def test_edge_43_work_that_outlives_its_scope_gets_an_error(container):
    async with container.scoped_context() as scope:
        late = copy_context()
    with pytest.raises(ScopeClosedError, match="from a scope that has ended"):
        scope.resolve(Session)
    with pytest.raises(ScopeClosedError, match="from a scope that has ended"):
        await scope.aresolve(Session)
    with pytest.raises(ScopeNotActiveError, match="no scope is open"):
        container.resolve(Session)
    with pytest.raises(ScopeClosedError, match="from a scope that has ended"):
        late.run(container.resolve, Session)


async def test_edge_47_tasks_share_the_scope_they_were_started_in(container):
    async def ask() -> Session:
        await asyncio.sleep(0)
        return container.resolve(Session)

    async def request() -> set[Session]:
        async with container.scoped_context():
            return set(await asyncio.gather(ask(), ask()))

    first, second = await asyncio.gather(request(), request())
    assert (len(first), len(second), len(first | second)) == (1, 1, 2)


async def test_edge_49_to_thread_sees_the_scope_and_a_raw_thread_does_not(container):
    async with container.scoped_context() as scope:
        assert await asyncio.to_thread(container.resolve, Session) is scope.resolve(Session)
        failures = []

        def ask() -> None:
            with pytest.raises(ScopeNotActiveError, match="no scope is open") as caught:
                container.resolve(Session)
            failures.append(caught.value)

        thread = Thread(target=ask)
        thread.start()
        thread.join()
        assert len(failures) == 1


def test_edge_50_nested_containers_do_not_share_scoped_services(container):
    other = Container()
    other.register(Session, scope="scoped")
    with container.scoped_context(), other.scoped_context():
        assert container.resolve(Session) is container.resolve(Session)
        assert container.resolve(Session) is not other.resolve(Session)


async def test_edge_39_async_services_cannot_be_closed_by_a_plain_with():
    async def open_session() -> AsyncIterator[Session]:
        yield Session()
        closed.append(True)

    closed: list[bool] = []
    container = Container()
    container.register(Session, open_session, scope="scoped")
    scope = container.scoped_context()
    with pytest.raises(AsyncDependencyError, match="Session has to be awaited"), scope:
        await scope.aresolve(Session)
    assert not closed
    await scope.aclose()
    assert closed == [True]


def test_a_scope_can_be_closed_by_hand(container):
    scope = container.scoped_context()
    scope.resolve(Session)
    scope.close()
    with pytest.raises(ScopeClosedError, match="from a scope that has ended"):
        scope.resolve(Session)


@pytest.mark.slow
def test_edge_46_closing_a_scope_leaves_nothing_to_the_garbage_collector(container, no_garbage):
    with container.scoped_context() as scope:
        scope.resolve(Session)
    with no_garbage():
        for _ in range(100):
            with container.scoped_context() as scope:
                scope.resolve(Session)
            del scope


async def test_a_scope_says_whether_it_is_closed():
    container = Container()
    unentered = container.scoped_context()
    unentered.close()
    assert unentered.is_closed
    async with container.scoped_context() as scope:
        assert not scope.is_closed
    assert scope.is_closed
    with container.scoped_context() as scope:
        assert not scope.is_closed
    assert scope.is_closed
