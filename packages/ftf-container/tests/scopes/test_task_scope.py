"""A scope for another task of the same work: it shares what exists, and closes what it builds."""

import asyncio
from asyncio import TaskGroup
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import dataclass

import pytest

from ftf.container import Container, Scope, ScopeClosedError, UnitsOfWork
from ftf.container.events import Events, Listeners
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider

current: ContextVar[str] = ContextVar("current", default="none")


class Session:
    def __init__(self) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


class Repository:
    def __init__(self, session: Session) -> None:
        self.session = session


async def open_group() -> AsyncIterator[TaskGroup]:
    async with TaskGroup() as group:
        yield group


def set_current() -> Iterator[str]:
    token = current.set("set")
    yield current.get()
    current.reset(token)


@pytest.fixture
def container():
    container = Container()
    for key in (Session, Repository):
        container.register(key, scope="scoped")
    container.register(TaskGroup, open_group, scope="scoped")
    container.register(str, set_current, scope="scoped")
    return container


async def test_what_exists_is_shared_and_stays_open(container):
    async with container.scoped_context() as whole:
        session = await whole.aresolve(Session)
        async with whole.task_scope() as part:
            assert (await part.aresolve(Repository)).session is session
            assert await part.aresolve(UnitsOfWork) is whole.units
            assert await container.aresolve(Scope) is part
        assert not session.closed
        assert await whole.aresolve(Session) is session
    assert session.closed


async def test_what_is_built_is_shared_until_it_is_closed(container):
    async with container.scoped_context() as whole:
        async with whole.task_scope() as part:
            repository = await part.aresolve(Repository)
            assert await whole.aresolve(Repository) is repository
        assert repository.session.closed
        again = await whole.aresolve(Repository)
        assert again is not repository
        assert not again.session.closed
        with pytest.raises(ScopeClosedError, match="Session"):
            await part.aresolve(Session)


async def test_what_belongs_to_a_task_ends_in_it(container):
    async def work(whole: Scope) -> str:
        async with whole.task_scope() as part:
            group = await part.aresolve(TaskGroup)
            done = group.create_task(asyncio.sleep(0, await part.aresolve(str)))
        return f"{done.result()}, then {current.get()}"

    async with container.scoped_context() as whole:
        assert await asyncio.create_task(work(whole)) == "set, then none"


def test_it_may_be_left_without_awaiting(container):
    with container.scoped_context() as whole:
        with whole.task_scope() as part:
            session = part.resolve(Session)
        assert session.closed
        assert whole.resolve(Session) is not session


async def test_what_an_override_made_is_forgotten_too(container):
    with container.override_context(Session, Session):
        async with container.scoped_context() as whole:
            async with whole.task_scope() as part:
                session = await part.aresolve(Session)
            assert session.closed
            assert await whole.aresolve(Session) is not session


async def test_an_instance_that_need_not_be_closed_outlives_the_task(container):
    class Log(list[str]): ...

    container.register(Log, scope="scoped")
    async with container.scoped_context() as whole:
        async with whole.task_scope() as part:
            (await part.aresolve(Log)).append("of the task")
        assert await whole.aresolve(Log) == ["of the task"]


async def test_two_tasks_build_a_shared_service_once(container):
    made = []

    async def open_slowly() -> Session:
        made.append(await asyncio.sleep(0, Session()))
        return made[-1]

    async def work(whole: Scope) -> None:
        async with whole.task_scope() as part:
            await part.aresolve(Session)

    container.register(Session, open_slowly, scope="scoped")
    async with container.scoped_context() as whole:
        await asyncio.gather(whole.aresolve(Session), whole.aresolve(Repository), work(whole))
        assert len(made) == 1
        assert await whole.aresolve(Session) is made[0]


@dataclass(frozen=True)
class Clean(Job):
    async def handle(self) -> None: ...


async def test_events_and_jobs_that_a_task_asked_for_first_outlive_it(container):
    def hear(event: str) -> None:
        heard.append(event)

    heard = []
    container.add_provider(JobsProvider(concurrency=0))
    JobRegistry.of(container).register(Clean)
    Listeners.of(container).listen(str, hear)

    async with container.scoped_context() as whole:
        async with whole.task_scope() as part, part.task_scope() as inner:
            await (await inner.aresolve(Events)).dispatch("in the task")
            await inner.aresolve(Jobs)
        events, jobs = await whole.aresolve(Events), await whole.aresolve(Jobs)
        await events.dispatch("after it")
        await jobs.enqueue(Clean())
    assert heard == ["in the task", "after it"]
    with pytest.raises(ScopeClosedError, match="str was asked for from a scope that has ended"):
        await events.dispatch("too late")
    with pytest.raises(ScopeClosedError, match="Clean was asked for from a scope that has ended"):
        await jobs.enqueue(Clean())
