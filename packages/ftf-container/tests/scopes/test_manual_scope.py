"""A scope that is opened and closed by function calls."""

import asyncio
from collections.abc import AsyncIterator
from threading import Thread

import pytest

from ftf.container import (
    AsyncDependencyError,
    Container,
    Scope,
    ScopeNotActiveError,
    clear_scoped_cache,
    clear_scoped_cache_async,
    get_scoped_cache,
    set_scoped_cache,
)


class Connection:
    closed = False

    def close(self) -> None:
        assert not self.closed
        self.closed = True


class AsyncConnection:
    closed = False

    async def close(self) -> None:
        assert not self.closed
        self.closed = True


class Request: ...


class Broken:
    def close(self) -> None:
        raise OSError("broken")


@pytest.fixture
def container():
    container = Container()
    for key in (Connection, AsyncConnection, Broken, Request):
        container.register(key, scope="scoped")
    return container


@pytest.fixture(autouse=True)
def cleared():
    yield
    clear_scoped_cache()


async def test_the_pattern_of_the_documentation(container):
    set_scoped_cache({})
    connection = container.resolve(AsyncConnection)
    assert container.resolve(AsyncConnection) is connection
    await clear_scoped_cache_async()
    assert connection.closed
    with pytest.raises(ScopeNotActiveError, match="AsyncConnection is scoped"):
        container.resolve(AsyncConnection)


def test_what_was_made_is_closed_and_what_was_given_is_not(container):
    given = Connection()
    set_scoped_cache({Connection: given})
    assert container.resolve(Connection) is given
    clear_scoped_cache()
    assert not given.closed
    set_scoped_cache({})
    made = container.resolve(Connection)
    assert made is not given
    clear_scoped_cache()
    assert made.closed


def test_the_cache_is_a_copy_of_what_there_is(container):
    assert get_scoped_cache() == {}
    set_scoped_cache({Request: "request"})
    assert get_scoped_cache() == {Request: "request"}
    connection = container.resolve(Connection)
    cache = get_scoped_cache()
    assert cache == {Request: "request", Connection: connection}
    cache.clear()
    assert container.resolve(Connection) is connection
    clear_scoped_cache()
    assert get_scoped_cache() == {}


def test_changing_the_mapping_that_was_set_changes_nothing(container):
    values = {Request: "request"}
    set_scoped_cache(values)
    values[Request] = "changed"
    assert container.resolve(Request) == "request"


async def test_clearing_what_is_not_open_does_nothing(container):
    clear_scoped_cache()
    await clear_scoped_cache_async()
    with container.scoped_context() as scope:
        connection = scope.resolve(Connection)
        clear_scoped_cache()
        await clear_scoped_cache_async()
        assert container.resolve(Connection) is connection
        assert not connection.closed
        assert get_scoped_cache() == {}


async def test_what_closes_async_needs_the_awaiting_twin_and_can_still_be_closed_by_it(container):
    set_scoped_cache({})
    connection, other = container.resolve(AsyncConnection), container.resolve(Connection)
    with pytest.raises(AsyncDependencyError, match="AsyncConnection has to be awaited"):
        clear_scoped_cache()
    assert (connection.closed, other.closed) == (False, False)
    await clear_scoped_cache_async()
    assert (connection.closed, other.closed) == (True, True)


def test_a_clearing_that_fails_has_closed_the_scope_all_the_same(container):
    set_scoped_cache({})
    connection = container.resolve(Connection)
    container.resolve(Broken)
    with pytest.raises(ExceptionGroup, match="closing the scope failed"):
        clear_scoped_cache()
    assert connection.closed
    assert get_scoped_cache() == {}


def test_one_manual_scope_serves_every_container_apart(container):
    other = Container()
    other.register(Connection, scope="scoped")
    set_scoped_cache({})
    first, second = container.resolve(Connection), other.resolve(Connection)
    assert first is not second
    clear_scoped_cache()
    assert (first.closed, second.closed) == (True, True)


def test_a_manual_scope_within_another_scope_gives_it_back(container):
    with container.scoped_context() as scope:
        outer = scope.resolve(Connection)
        set_scoped_cache({})
        inner = container.resolve(Connection)
        assert inner is not outer
        clear_scoped_cache()
        assert inner.closed
        assert container.resolve(Connection) is outer
        assert not outer.closed


def test_a_scope_within_a_manual_one_gives_it_back(container):
    set_scoped_cache({})
    outer = container.resolve(Connection)
    with container.scoped_context():
        assert container.resolve(Connection) is not outer
    assert container.resolve(Connection) is outer


def test_a_second_manual_scope_within_the_first_gives_it_back(container):
    set_scoped_cache({})
    outer = container.resolve(Connection)
    set_scoped_cache({})
    assert container.resolve(Connection) is not outer
    clear_scoped_cache()
    assert container.resolve(Connection) is outer


async def test_two_tasks_have_manual_scopes_of_their_own(container):
    async def request() -> Connection:
        set_scoped_cache({})
        await asyncio.sleep(0)
        connection = container.resolve(Connection)
        await asyncio.sleep(0)
        assert container.resolve(Connection) is connection
        await clear_scoped_cache_async()
        return connection

    assert len(set(await asyncio.gather(*(request() for _ in range(20))))) == 20


def test_a_thread_does_not_see_the_manual_scope_of_another(container):
    set_scoped_cache({})
    seen = []
    thread = Thread(target=lambda: seen.append(get_scoped_cache()))
    container.resolve(Connection)
    thread.start()
    thread.join()
    assert seen == [{}]


async def test_generators_end_with_the_manual_scope():
    events = []

    async def connect() -> AsyncIterator[Connection]:
        yield Connection()
        events.append("closed")

    container = Container()
    container.register(Connection, connect, scope="scoped")
    set_scoped_cache({})
    await container.aresolve(Connection)
    await clear_scoped_cache_async()
    assert events == ["closed"]


def test_what_is_made_under_an_override_is_in_the_cache_under_its_key(container):
    fake = Connection()
    set_scoped_cache({})
    with container.override(Connection, lambda: fake):
        assert container.resolve(Connection) is fake
    assert all(isinstance(key, type) for key in get_scoped_cache())


def test_a_manual_scope_that_was_closed_by_hand_has_no_instances():
    container = Container()
    set_scoped_cache({})
    container.resolve(Scope).close()
    assert get_scoped_cache() == {}
    clear_scoped_cache()
