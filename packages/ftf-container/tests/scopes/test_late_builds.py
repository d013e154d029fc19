"""Builds that are finished after their scope ended."""

import asyncio
from collections.abc import Iterator

import pytest
from handled_requests import Pool, alend_pool, lend_pool
from services import ClosableSession as Session

from ftf.container import Container, Scope, ScopeClosedError


class Slow:
    """A factory that is under way while its scope ends."""

    def __init__(self) -> None:
        self.begun, self.go, self.calls = asyncio.Event(), asyncio.Event(), 0

    async def __call__(self) -> Pool:
        self.calls += 1
        self.begun.set()
        await self.go.wait()
        return Pool()


class Late:
    def __init__(self, session: Session, pool: Pool) -> None:
        self.session, self.pool = session, pool


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_edge_43_what_is_finished_after_its_scope_ended_is_not_delivered(container, lifetime):
    slow = Slow()
    container.register(Pool, slow, scope=lifetime)
    async with container.scoped_context() as scope:
        task = asyncio.create_task(scope.aresolve(Late))
        await slow.begun.wait()
    slow.go.set()
    with pytest.raises(ScopeClosedError, match="was asked for from a scope"):
        await task


async def test_edge_43_what_waits_for_a_build_when_its_scope_ends_builds_nothing_anew(container):
    slow = Slow()
    container.register(Pool, slow, scope="scoped")
    async with container.scoped_context() as scope:
        tasks = [asyncio.create_task(scope.aresolve(Pool)) for _ in range(3)]
        await slow.begun.wait()
        await asyncio.sleep(0)
    slow.go.set()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    assert [type(result) for result in results] == [ScopeClosedError] * 3
    assert slow.calls == 1


@pytest.mark.parametrize("factory", [Pool, lend_pool, alend_pool])
async def test_edge_43_what_is_finished_after_its_scope_ended_is_closed_at_once(factory):
    begun, go, made = asyncio.Event(), asyncio.Event(), []

    async def begin() -> Session:
        begun.set()
        await go.wait()
        return Session()

    class Spy(Pool):
        def __init__(self) -> None:
            super().__init__()
            made.append(self)

    container = Container()
    container.register(Session, begin)
    container.register(Pool, factory, scope="scoped")
    container.extend(Pool, lambda pool, _: made.append(pool) or pool)
    async with container.scoped_context() as scope:
        task = asyncio.create_task(scope.aresolve(Late))
        await begun.wait()
    go.set()
    with pytest.raises(ScopeClosedError, match="was asked for from a scope"):
        await task
    assert all(pool.closed for pool in made)


class Files:
    """Closed by awaiting, which a plain build cannot do."""

    async def aclose(self) -> None:
        raise AssertionError("nobody could have awaited this")


def test_edge_43_a_plain_build_that_ends_its_own_scope_closes_what_it_made(container):
    made = []

    def build(scope: Scope) -> Pool:
        scope.close()
        made.append(Pool())
        return made[-1]

    def lend(scope: Scope) -> Iterator[Session]:
        scope.close()
        made.append(Session())
        yield made[-1]
        made[-1].close()

    container.register(Pool, build, scope="scoped")
    container.register(Session, lend, scope="scoped")
    for key in (Pool, Session):
        with (
            container.scoped_context() as scope,
            pytest.raises(ScopeClosedError, match=f"{key.__name__} was asked for from a scope"),
        ):
            scope.resolve(key)
    assert [each.closed for each in made] == [True, True]


def test_edge_43_what_cannot_be_closed_any_more_is_logged(container, caplog):
    def build(scope: Scope) -> Files:
        scope.close()
        return Files()

    container.register(Files, build, scope="scoped")
    with (
        container.scoped_context() as scope,
        pytest.raises(ScopeClosedError, match="Files was asked for from a scope"),
    ):
        scope.resolve(Files)
    (record,) = caplog.records
    assert "Files.aclose" in record.message
    assert "cannot be closed without being awaited" in record.message
