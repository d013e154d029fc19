"""Singletons that would keep a scoped service, however they reach it."""

from collections.abc import AsyncIterator
from typing import Annotated, Protocol

import pytest
from services import Session

from ftf.container import CaptiveDependencyError, Container, GraphError, Scope


class Database(Protocol): ...


class Users:
    def __init__(self, session: Session) -> None: ...


class Cache:
    def __init__(self, session: Session) -> None: ...


class Report:
    def __init__(self, users: Users) -> None: ...


class ByAlias:
    def __init__(self, session: "Shorthand") -> None: ...


class Optional:
    def __init__(self, session: Session | None = None) -> None: ...


class NeedsScope:
    def __init__(self, scope: Scope) -> None: ...


type Shorthand = Session


async def open_session() -> AsyncIterator[Session]:
    yield Session()


@pytest.fixture
def container():
    container = Container()
    container.register(Session, scope="scoped")
    return container


@pytest.mark.parametrize(
    ("key", "path"),
    [
        (Cache, [Cache, Session]),
        (Report, [Report, Users, Session]),
        (ByAlias, [ByAlias, Session]),
        (Optional, [Optional, Session]),
        (NeedsScope, [NeedsScope, Scope]),
    ],
)
async def test_edge_58_a_captive_is_refused_at_every_door(container, key, path):
    container.register(key, scope="singleton")
    async with container.scoped_context() as scope:
        for ask in (container.resolve, scope.resolve, container.explain):
            with pytest.raises(CaptiveDependencyError, match="after its scope ends") as caught:
                ask(key)
            assert [step.key for step in caught.value.path] == path
        with pytest.raises(CaptiveDependencyError, match="after its scope ends"):
            await scope.aresolve(key)
    with pytest.raises(GraphError, match=f"singleton {key.__name__} would keep"):
        container.validate()


def test_edge_58_a_captive_is_found_through_another_name_and_through_a_factory(container):
    named = Annotated[Database, "main"]

    def pass_on(session: Session) -> Database:
        return session

    def open_cache(database: named) -> Cache:
        return Cache(database)

    container.register(named, pass_on)
    container.register(Cache, open_cache, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="keep the scoped Session") as caught:
        container.resolve(Cache)
    assert [step.key for step in caught.value.path] == [Cache, named, Session]


def test_edge_58_a_captive_is_found_below_an_async_service(container):
    container.register(Session, open_session, scope="scoped")
    container.register(Report, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="keep the scoped Session"):
        container.resolve(Report)


def test_edge_58_a_captive_is_found_in_what_is_given_to_one_consumer_only(container):
    container.register(Database, Session)
    container.register(Annotated[Database, "scoped"], Session, scope="scoped")

    class Keeper:
        def __init__(self, database: Database) -> None: ...

    container.register(Keeper, scope="singleton")
    container.validate()
    container.when(Keeper).needs(Database).give(Annotated[Database, "scoped"])
    with pytest.raises(GraphError, match="singleton Keeper would keep"):
        container.validate()


def test_edge_58_a_registration_may_make_a_captive_later(container):
    container.register(Session)
    container.register(Cache, scope="singleton")
    container.resolve(Cache)
    container.register(Session, scope="scoped")
    with pytest.raises(GraphError, match="singleton Cache would keep"):
        container.validate()


def test_edge_58_what_is_not_a_singleton_may_need_a_scoped_service(container):
    container.register(Users, scope="scoped")
    container.register(Report)
    container.validate()


def test_edge_58_an_override_does_not_change_the_lifetime_and_so_frees_no_captive(container):
    container.register(Cache, scope="singleton")
    container.override(Session, Session)
    with pytest.raises(GraphError, match="singleton Cache would keep"):
        container.validate()


def test_edge_61_two_captives_are_both_reported_and_their_dependents_are_not(container):
    container.register(Cache, scope="singleton")
    container.register(Report, scope="singleton")

    class Page:
        def __init__(self, cache: Cache, report: Report) -> None: ...

    container.register(Page)
    with pytest.raises(GraphError, match="Cache, Report") as caught:
        container.validate()
    assert [fault.path[0].key for fault in caught.value.faults] == [Cache, Report]


def test_edge_61_the_report_is_the_same_at_each_asking(container):
    container.register(Report, scope="singleton")
    container.register(Cache, scope="singleton")
    texts = set()
    for _ in range(3):
        with pytest.raises(GraphError, match="Report, Cache") as caught:
            container.validate()
        texts.add(str(caught.value))
    assert len(texts) == 1
