"""What can happen while the service providers boot."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from services import Journal

from ftf.container import CircularDependencyError, Container, ServiceProvider


class Queue: ...


class Database: ...


class Newsletter:
    def __init__(self, queue: Queue) -> None:
        self.queue = queue


class AsyncDeferred(ServiceProvider):
    provides = (Queue,)

    def register(self, container: Container) -> None:
        container.resolve(Journal).append("registered")
        container.register(Queue, scope="singleton")

    async def boot(self, journal: Journal, queue: Queue) -> None:
        await asyncio.sleep(0)
        journal.append("booted")


async def test_boot_awaits_each_provider_once_however_many_tasks_boot(container, journal):
    container.add_provider(AsyncDeferred())
    container.resolve(Queue)
    await asyncio.gather(*(container.boot() for _ in range(10)))
    assert journal == ["registered", "booted"]


async def test_providers_boot_by_priority_and_then_in_the_order_they_were_added(container, journal):
    def provider(name: str, number: int) -> ServiceProvider:
        class Named(ServiceProvider):
            priority = number

            def register(self, container: Container) -> None:
                journal.append(f"register {name}")

            async def boot(self) -> None:
                journal.append(f"boot {name}")

        return Named()

    container.add_provider(provider("c", 10), provider("a", -10), provider("b", 0))
    container.add_provider(provider("d", 10), provider("e", 0))
    assert journal == [f"register {name}" for name in "abced"]
    journal.clear()
    await container.boot()
    assert journal == [f"boot {name}" for name in "abecd"]


async def test_a_failing_boot_stops_the_rest_and_is_taken_up_where_it_failed(container, journal):
    answers = iter([ValueError("no network"), None])

    class First(ServiceProvider):
        def boot(self) -> None:
            journal.append("first")

    class Second(ServiceProvider):
        async def boot(self) -> None:
            if (answer := next(answers)) is not None:
                raise answer
            journal.append("second")

    class Third(ServiceProvider):
        async def boot(self) -> None:
            journal.append("third")

    container.add_provider(First(), Second(), Third())
    with pytest.raises(ValueError, match="no network"):
        await container.boot()
    assert journal == ["first"]
    await container.boot()
    assert journal == ["first", "second", "third"]


async def test_of_many_boots_at_once_the_first_fails_and_another_takes_over(container, journal):
    answers = iter([ValueError("no network"), None])

    class Flaky(ServiceProvider):
        async def boot(self) -> None:
            await asyncio.sleep(0)
            if (answer := next(answers)) is not None:
                raise answer
            journal.append("booted")

    container.add_provider(Flaky())
    ends = await asyncio.gather(*(container.boot() for _ in range(3)), return_exceptions=True)
    assert [type(end) for end in ends] == [ValueError, type(None), type(None)]
    assert journal == ["booted"]


async def test_a_boot_that_is_cancelled_is_taken_up_by_who_waits(container, journal):
    entered = asyncio.Event()

    class Slow(ServiceProvider):
        async def boot(self) -> None:
            journal.append("begun")
            if not entered.is_set():
                entered.set()
                await asyncio.Event().wait()

    container.add_provider(Slow())
    first = asyncio.create_task(container.boot())
    await entered.wait()
    second = asyncio.create_task(container.boot())
    await asyncio.sleep(0)
    first.cancel()
    await second
    assert journal == ["begun", "begun"]


async def test_a_boot_inside_a_boot_is_an_error_instead_of_a_deadlock(container):
    class Impatient(ServiceProvider):
        async def boot(self, container: Container) -> None:
            await container.boot()

    container.add_provider(Impatient())
    async with asyncio.timeout(60):
        with pytest.raises(CircularDependencyError, match="Boot needs itself"):
            await container.boot()


async def test_a_boot_may_need_what_a_deferred_provider_provides(container, journal):
    class Eager(ServiceProvider):
        async def boot(self, container: Container, newsletter: Newsletter) -> None:
            assert await container.aresolve(Queue) is container.resolve(Queue)
            journal.append("eager")

    container.add_provider(AsyncDeferred(), Eager())
    async with asyncio.timeout(60):
        await container.boot()
    assert journal == ["registered", "eager", "booted"]


async def test_a_second_boot_boots_what_was_added_since_and_its_singletons(container, journal):
    async def open_database() -> AsyncIterator[Database]:
        yield Database()
        journal.append("closed")

    class Late(ServiceProvider):
        async def boot(self, container: Container, database: Database) -> None:
            assert await container.aresolve(Queue) is await container.aresolve(Queue)
            journal.append("late")

    container.register(Database, open_database, scope="singleton")
    container.register(Queue, scope="singleton")
    await container.boot()
    container.add_provider(Late())
    async with asyncio.timeout(60):
        await container.boot()
    assert journal == ["late"]
    await container.dispose_all()
    assert journal == ["late", "closed"]


async def test_a_provider_may_add_another_one_while_it_registers_or_boots(container, journal):
    class Inner(ServiceProvider):
        async def boot(self) -> None:
            journal.append("inner")

    class Outer(ServiceProvider):
        def register(self, container: Container) -> None:
            container.add_provider(Inner())

        async def boot(self, container: Container) -> None:
            journal.append("outer")
            container.add_provider(Inner())

    container.add_provider(Outer())
    await container.boot()
    assert sorted(journal) == ["inner", "inner", "outer"]
