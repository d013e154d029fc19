"""Overrides that follow, enclose and outlast one another."""

import asyncio
import weakref

import pytest
from replaceable import Database, Fake, Other, Postgres, Service
from services import Session

from ftf.container import Container


def test_edge_62_overrides_of_one_key_unwind_in_order_also_on_exception(container):
    with container.override(Database, Fake):
        with pytest.raises(ZeroDivisionError, match="zero"), container.override(Database, Other):
            assert container.resolve(Service).database.name == "other"
            _ = 1 / 0
        assert container.resolve(Service).database.name == "fake"
    assert container.resolve(Service).database.name == "postgres"


def test_edge_62_overrides_can_end_in_any_order(container):
    outer, inner = container.override(Database, Fake), container.override(Database, Other)
    with inner:
        with outer:
            assert container.resolve(Service).database.name == "other"
        assert container.resolve(Service).database.name == "other"
    assert container.resolve(Service).database.name == "postgres"


def test_edge_62_a_reset_inside_a_context_ends_it_and_its_end_changes_nothing(container):
    with container.override(Database, Fake):
        container.reset_overrides()
        before = container.resolve(Service)
        assert before.database.name == "postgres"
        container.override(Database, Other)
    assert container.resolve(Service).database.name == "other"
    container.reset_override(Database)
    assert container.resolve(Service) is before


def test_edge_62_an_instance_goes_before_a_type_whichever_came_last(container):
    with container.override_instance(Database, Other()), container.override(Database, Fake):
        assert container.resolve(Service).database.name == "other"
    with container.override(Database, Fake), container.override_instance(Database, Other()):
        assert container.resolve(Service).database.name == "other"
    with container.override(Database, Fake):
        with container.override_instance(Database, Other()):
            pass
        assert container.resolve(Service).database.name == "fake"


def test_a_reset_of_one_key_leaves_the_other_overrides_in_force(container):
    class Better(Service): ...

    container.override(Database, Fake)
    container.override(Service, Better)
    container.reset_override(Service)
    assert type(container.resolve(Service)) is Service
    assert container.resolve(Service).database.name == "fake"
    container.reset_override(Session)
    assert container.resolve(Service).database.name == "fake"


def test_an_override_context_begins_when_it_is_entered_and_can_be_entered_again(container):
    context = container.override_context(Database, Fake)
    assert container.resolve(Service).database.name == "postgres"
    for _ in range(2):
        with context:
            assert container.resolve(Service).database.name == "fake"
        assert container.resolve(Service).database.name == "postgres"


def test_registering_during_an_override_does_not_end_it(container):
    with container.override(Database, Fake):
        container.register(Database, Other)
        assert container.resolve(Service).database.name == "fake"
    assert container.resolve(Service).database.name == "other"


async def test_an_override_is_in_force_for_every_task_of_the_container(container):
    async def ask() -> str:
        return (await container.aresolve(Service)).database.name

    with container.override(Database, Fake):
        assert set(await asyncio.gather(*(ask() for _ in range(5)))) == {"fake"}
    assert await ask() == "postgres"


def test_two_containers_have_overrides_of_their_own(container):
    other = Container()
    other.register(Database, Postgres)
    with container.override(Database, Fake):
        assert other.resolve(Database).name == "postgres"


async def test_disposing_of_a_container_leaves_its_overrides_in_force(container):
    container.override(Database, Fake)
    await container.dispose_all()
    assert container.resolve(Service).database.name == "fake"


async def test_what_was_begun_under_an_override_that_ended_is_not_kept():
    go, container = asyncio.Event(), Container()

    async def slow() -> Fake:
        await go.wait()
        return Fake()

    async def ask() -> weakref.ref[object]:
        return weakref.ref(await container.aresolve(Database))

    container.register(Database, Postgres, scope="singleton")
    async with container.override_context(Database, slow):
        late = asyncio.create_task(ask())
        await asyncio.sleep(0)
    go.set()
    assert (await late)() is None
    assert type(await container.aresolve(Database)) is Postgres
