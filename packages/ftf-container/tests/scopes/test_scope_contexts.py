"""Scopes that begin in one context and end in another, or in the wrong order."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import copy_context

import pytest
from services import ClosableSession as Session

from ftf.container import ScopeClosedError, ScopeNotActiveError


def test_edge_48_a_scope_that_ends_in_another_context_still_closes_its_services(container):
    scope, inside = container.scoped_context(), copy_context()
    session = inside.run(scope.__enter__).resolve(Session)
    with container.scoped_context() as here:
        scope.__exit__(None, None, None)
        assert session.closed
        assert container.resolve(Session) is here.resolve(Session)
    with pytest.raises(ScopeClosedError, match="Session was asked for from a scope"):
        inside.run(container.resolve, Session)


async def test_edge_48_an_async_scope_that_ends_in_another_task_still_closes_its_services(
    container,
):
    scope = container.scoped_context()
    session = (await asyncio.create_task(scope.__aenter__())).resolve(Session)
    with pytest.raises(ScopeNotActiveError, match="Session is scoped"):
        container.resolve(Session)
    await asyncio.create_task(scope.__aexit__(None, None, None))
    assert session.closed


async def test_edge_48_a_generator_scope_finalised_elsewhere_still_closes_its_services(container):
    async def lend() -> AsyncIterator[Session]:
        async with container.scoped_context() as scope:
            yield scope.resolve(Session)

    generator = lend()
    session = await asyncio.create_task(anext(generator))
    await asyncio.create_task(generator.aclose())
    assert session.closed


def test_a_scope_is_entered_only_once(container):
    scope = container.scoped_context()
    with scope:
        session = container.resolve(Session)
        with pytest.raises(RuntimeError, match="entered once"):
            scope.__enter__()
    assert session.closed
    with pytest.raises(ScopeNotActiveError, match="Session is scoped"):
        container.resolve(Session)
    with pytest.raises(RuntimeError, match="entered once"):
        scope.__enter__()


async def test_a_scope_is_entered_only_once_by_async_with_either(container):
    async with container.scoped_context() as scope:
        with pytest.raises(RuntimeError, match="entered once"):
            await scope.__aenter__()


def test_scopes_that_end_out_of_order_are_all_closed(container):
    first, second = container.scoped_context(), container.scoped_context()
    sessions = [scope.__enter__().resolve(Session) for scope in (first, second)]
    first.__exit__(None, None, None)
    second.__exit__(None, None, None)
    assert [session.closed for session in sessions] == [True, True]
