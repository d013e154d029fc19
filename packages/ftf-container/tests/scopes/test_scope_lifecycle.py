"""What a scope delivers before, during and after its life; see also `test_scope`."""

import asyncio

import pytest
from handled_requests import Handler, Maybe, Pool, Request, alend_pool, lend_pool
from services import ClosableSession as Session

from ftf.container import (
    Container,
    ScopeClosedError,
    ScopeNotActiveError,
)


async def test_edge_42_a_nested_scope_closes_its_own_services_only(container):
    async with container.scoped_context() as outer:
        of_outer = outer.resolve(Session)
        async with container.scoped_context() as inner:
            of_inner = inner.resolve(Session)
            assert container.resolve(Session) is of_inner is not of_outer
        assert (of_inner.closed, of_outer.closed) == (True, False)
        assert container.resolve(Session) is outer.resolve(Session) is of_outer
        with pytest.raises(ScopeClosedError, match="Session was asked for from a scope"):
            inner.resolve(Session)


async def test_edge_42_both_scopes_have_their_own_value_of_one_key(container):
    first, second = Request("/first"), Request("/second")
    async with container.scoped_context({Request: first}) as outer:
        async with container.scoped_context({Request: second}) as inner:
            assert inner.resolve(Handler).request is second
            assert container.resolve(Handler).request is second
            assert outer.resolve(Handler).request is first
        assert container.resolve(Handler).request is first


async def test_edge_42_an_exception_leaves_the_outer_scope_intact(container):
    async with container.scoped_context() as outer:
        with pytest.raises(ValueError, match="broken"):
            async with container.scoped_context():
                raise ValueError("broken")
        assert container.resolve(Session) is outer.resolve(Session)


class Late:
    def __init__(self, session: Session, pool: Pool) -> None:
        self.session, self.pool = session, pool


@pytest.mark.parametrize("factory", [Pool, lend_pool, alend_pool])
async def test_edge_42_a_singleton_made_in_a_scope_belongs_to_the_container(factory):
    container = Container()
    container.register(Pool, factory, scope="singleton")
    async with container:
        async with container.scoped_context(), container.scoped_context() as inner:
            pool = await inner.aresolve(Pool)
        assert not pool.closed
        async with container.scoped_context() as other:
            assert await other.aresolve(Pool) is pool
    assert pool.closed


async def test_edge_43_a_background_task_that_outlives_its_scope_gets_an_error(container):
    go = asyncio.Event()

    async def background() -> None:
        await go.wait()
        for key in (Session, Maybe):
            with pytest.raises(ScopeClosedError, match=f"{key.__name__} was asked for from"):
                scope.resolve(key)
        with pytest.raises(ScopeClosedError, match="Session was asked for from"):
            container.resolve(Session)
        with pytest.raises(ScopeClosedError, match="Session was asked for from"):
            await container.aresolve(Session)

    async with container.scoped_context() as scope:
        task = asyncio.create_task(background())
        session = scope.resolve(Session)
    go.set()
    await task
    assert session.closed


async def test_edge_43_what_was_asked_for_in_time_but_not_awaited_is_refused_too(container):
    made = []
    container.register(Session, lambda: made.append(Session()), scope="scoped")
    async with container.scoped_context() as scope:
        asked = scope.aresolve(Session), scope.aresolve(Maybe), scope.aresolve(Session)
    for each in asked[::2]:
        with pytest.raises(ScopeClosedError, match="Session was asked for from a scope"):
            await each
    assert (await asked[1]).request is None, "nothing in it is of the scope"
    assert made == []


async def test_edge_43_a_scope_that_ended_keeps_nothing_for_the_next_one(container):
    scope, other = container.scoped_context(), Container()
    other.register(Session, scope="scoped")
    await scope.aclose()
    with pytest.raises(ScopeClosedError, match="Session was asked for from a scope"):
        await scope.aresolve(Session)
    with other.override(Session, Session):
        async with other.scoped_context() as ended:
            asked = ended.aresolve(Session)
        with pytest.raises(ScopeClosedError, match="Session was asked for from a scope"):
            await asked


async def test_edge_44_without_a_scope_nothing_scoped_is_made_or_shared(container):
    for _ in range(2):
        with pytest.raises(ScopeNotActiveError, match="Session is scoped, and no scope is open"):
            container.resolve(Session)
        with pytest.raises(ScopeNotActiveError, match="Session is scoped, and no scope is open"):
            await container.aresolve(Session)
        with pytest.raises(ScopeNotActiveError, match="Session is scoped, and no scope is open"):
            container.call(lambda session: session, session=container.resolve(Session))
    async with container.scoped_context() as scope:
        assert not scope.resolve(Session).closed
    with pytest.raises(ScopeNotActiveError, match="Session is scoped, and no scope is open"):
        container.resolve(Session)


@pytest.mark.slow
async def test_edge_46_async_scopes_and_failed_ones_leave_nothing_to_the_garbage_collector(
    container, no_garbage
):
    container.register(Pool, alend_pool, scope="scoped")

    async def request(*, failing: bool) -> None:
        async with container.scoped_context({Request: Request("/")}) as scope:
            await scope.aresolve(Handler)
            await scope.aresolve(Late)
            container.resolve(Handler)
            if failing:
                raise ValueError("broken")

    await request(failing=False)
    for failing in (False, True):
        with no_garbage():
            for _ in range(100):
                try:
                    await request(failing=failing)
                except ValueError:
                    assert failing
