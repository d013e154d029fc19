"""Which overrides are in force, and where each of them began."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import ExitStack
from inspect import currentframe
from typing import Protocol

import pytest

from ftf.container import AsyncDependencyError, Container, Override


class Database(Protocol): ...


class Postgres: ...


class Fake: ...


async def open_fake() -> AsyncIterator[Fake]:
    yield Fake()


@pytest.fixture
def container():
    container = Container()
    container.register(Database, Postgres, scope="singleton")
    return container


def here() -> str:
    frame = currentframe().f_back
    return f"test_overrides_in_force.py:{frame.f_lineno}"


def test_no_override_is_in_force_at_first(container):
    assert container.overrides == ()


def test_overrides_are_listed_with_their_keys_in_the_order_in_which_they_began(container):
    container.override(Database, Fake)
    container.override_instance(Fake, Fake())
    assert [each.key for each in container.overrides] == [Database, Fake]
    assert all(isinstance(each, Override) for each in container.overrides)
    container.reset_override(Database)
    assert [each.key for each in container.overrides] == [Fake]
    container.reset_overrides()
    assert container.overrides == ()


def test_an_override_says_where_it_began(container):
    places = here(), container.override(Database, Fake)
    assert container.overrides[0].location.endswith(places[0])
    assert places[1].location == container.overrides[0].location
    places = here(), container.override_instance(Database, Fake())
    assert container.overrides[1].location.endswith(places[0])
    container.reset_overrides()


def test_an_override_that_a_stack_enters_says_where_it_was_made(container):
    with ExitStack() as stack:
        place = here(), stack.enter_context(container.override_context(Database, Fake))
        assert container.overrides[0].location.endswith(place[0])


def test_a_listed_override_can_be_ended(container):
    with container.override(Database, Fake):
        (override,) = container.overrides
        override.end()
        assert type(container.resolve(Database)) is Postgres
        override.end()
    assert container.overrides == ()


def test_ending_an_override_that_made_something_awaited_names_the_way(container):
    async def build() -> None:
        container.override(Database, open_fake)
        await container.aresolve(Database)
        with pytest.raises(AsyncDependencyError, match="has to be awaited"):
            container.overrides[0].end()
        assert container.overrides == ()
        await container.dispose_all()

    asyncio.run(build())


def test_an_override_that_has_not_begun_is_not_listed(container):
    context = container.override_context(Database, Fake)
    assert container.overrides == ()
    with context:
        assert len(container.overrides) == 1
    assert container.overrides == ()
