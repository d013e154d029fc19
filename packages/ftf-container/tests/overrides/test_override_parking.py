"""What was there before an override, what was made under it, and what becomes of both."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from typing import Protocol

import pytest

from ftf.container import AsyncDependencyError, Container


class Database(Protocol):
    closed: bool


class Postgres:
    closed = False

    def close(self) -> None:
        assert not self.closed
        self.closed = True


class Fake(Postgres): ...


class AsyncFake:
    closed = False

    async def aclose(self) -> None:
        assert not self.closed
        self.closed = True


class Service:
    closed = False

    def __init__(self, database: Database) -> None:
        self.database = database

    def close(self) -> None:
        self.closed = True


class Controller:
    def __init__(self, service: Service) -> None:
        self.service = service


class Bystander: ...


@pytest.fixture(params=["singleton", "scoped"])
def container(request):
    container = Container()
    for key, implementation in ((Database, Postgres), (Service, Service), (Bystander, Bystander)):
        container.register(key, implementation, scope=request.param)
    return container


async def test_edge_63_dependents_are_parked_on_entering_and_come_back_on_leaving(container):
    async with container.scoped_context() as scope:
        real, bystander = scope.resolve(Service), scope.resolve(Bystander)
        with container.override(Database, Fake):
            fake = scope.resolve(Service)
            assert fake is scope.resolve(Controller).service
            assert type(fake.database) is Fake
            assert await scope.aresolve(Service) is fake
            assert scope.resolve(Bystander) is bystander
        assert scope.resolve(Service) is real is scope.resolve(Controller).service
        assert await scope.aresolve(Service) is real
        assert scope.resolve(Database) is real.database


async def test_edge_63_what_was_first_made_under_an_override_does_not_outlast_it(container):
    async with container.scoped_context() as scope:
        with container.override(Database, Fake):
            fake = scope.resolve(Service)
        assert scope.resolve(Service) is not fake
        assert type(scope.resolve(Service).database) is Postgres


async def test_edge_63_two_overrides_in_turn_share_nothing(container):
    async with container.scoped_context() as scope:
        made = []
        for _ in range(2):
            with container.override(Database, Fake):
                made.append(scope.resolve(Service))
        assert made[0] is not made[1]
        assert made[0].database is not made[1].database


async def test_edge_63_what_an_outer_override_made_is_parked_by_an_inner_one(container):
    async with container.scoped_context() as scope:
        with container.override(Database, Fake):
            outer = scope.resolve(Service)
            with container.override(Bystander, Fake):
                assert scope.resolve(Service) is outer
            with container.override_instance(Database, Postgres()):
                assert scope.resolve(Service) is not outer
            assert scope.resolve(Service) is outer
            assert not outer.closed


def test_edge_65_fakes_and_their_dependents_are_closed_on_leaving_and_the_parked_are_not():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    container.register(Service, scope="singleton")
    real = container.resolve(Service)
    with container.override(Database, Fake):
        fake = container.resolve(Service)
        assert not fake.closed
    assert (fake.closed, fake.database.closed) == (True, True)
    assert (real.closed, real.database.closed) == (False, False)


async def test_edge_65_scoped_fakes_are_closed_with_their_scope_at_the_latest_and_once():
    container = Container()
    container.register(Database, Postgres, scope="scoped")
    async with container.scoped_context() as scope:
        real = scope.resolve(Database)
        with container.override(Database, Fake):
            fake = scope.resolve(Database)
        assert not real.closed
    assert (real.closed, fake.closed) == (True, True)


@pytest.mark.parametrize("body", [None, ValueError("body")])
def test_edge_65_a_generator_under_an_override_sees_how_it_ended(body):
    seen: list[BaseException | None] = []

    def lend() -> Iterator[Fake]:
        try:
            yield Fake()
        except ValueError as error:
            seen.append(error)
            raise
        seen.append(None)

    container = Container()
    container.register(Database, Postgres, scope="singleton")
    with suppress(ValueError), container.override(Database, lend):
        container.resolve(Database)
        if body is not None:
            raise body
    assert seen == [body]


async def test_edge_65_what_closes_async_is_closed_by_async_with():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    async with container.override(Database, AsyncFake):
        fake = await container.aresolve(Database)
    assert fake.closed


async def test_edge_65_what_closes_async_is_refused_by_with_and_closed_by_dispose_all():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    context = container.override(Database, AsyncFake)
    with pytest.raises(AsyncDependencyError, match="Database has to be awaited"), context:
        fake = await container.aresolve(Database)
    assert type(container.resolve(Database)) is Postgres
    assert not fake.closed
    await container.dispose_all()
    assert fake.closed


async def test_edge_65_the_error_of_a_body_goes_before_what_could_not_be_closed():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    with pytest.raises(ValueError, match="body"), container.override(Database, AsyncFake):
        fake = container.resolve(Database)
        raise ValueError("body")
    assert type(container.resolve(Database)) is Postgres
    await container.dispose_all()
    assert fake.closed


def test_edge_65_a_fake_that_cannot_be_closed_ends_its_override_all_the_same():
    def lend() -> Iterator[Fake]:
        yield Fake()
        raise OSError("broken")

    container = Container()
    container.register(Database, Postgres, scope="singleton")
    context = container.override(Database, lend)
    with pytest.raises(ExceptionGroup, match="closing") as caught, context:
        container.resolve(Database)
    assert [str(each) for each in caught.value.exceptions] == ["broken"]
    assert type(container.resolve(Database)) is Postgres


def test_edge_40_an_override_instance_is_never_closed():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    fake = Fake()
    with container.override_instance(Database, fake):
        assert container.resolve(Database) is fake
    assert not fake.closed


async def test_edge_65_disposing_under_an_override_closes_the_fakes_and_the_parked():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    real = container.resolve(Database)
    with container.override(Database, Fake):
        fake = container.resolve(Database)
        await container.dispose_all()
        assert (real.closed, fake.closed) == (True, True)
        assert type(container.resolve(Database)) is Fake
    assert container.resolve(Database) is not real


async def test_an_override_that_begins_while_a_singleton_is_built_does_not_reach_it():
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def open_database() -> AsyncIterator[Postgres]:
        entered.set()
        await go_on.wait()
        yield Postgres()

    container = Container()
    container.register(Database, open_database, scope="singleton")
    building = asyncio.create_task(container.aresolve(Service))
    await entered.wait()
    with container.override(Database, Fake):
        go_on.set()
        assert type((await building).database) is Postgres
        assert type((await container.aresolve(Service)).database) is Fake
    assert type((await container.aresolve(Service)).database) is Postgres
    await container.dispose_all()


async def test_what_is_still_being_made_when_its_override_ends_is_not_kept():
    entered, go_on = asyncio.Event(), asyncio.Event()

    async def open_fake() -> Fake:
        entered.set()
        await go_on.wait()
        return Fake()

    container = Container()
    container.register(Database, Postgres, scope="singleton")
    async with container.override(Database, open_fake):
        building = asyncio.create_task(container.aresolve(Service))
        await entered.wait()
    go_on.set()
    fake = (await building).database
    assert type(fake) is Fake
    assert type(container.resolve(Service).database) is Postgres
    await container.dispose_all()
    assert fake.closed
