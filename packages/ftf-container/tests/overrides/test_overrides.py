"""Standing in for a service: the four kinds of override, and the three ways to end one."""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

import pytest
from replaceable import Database, Fake, Other, Postgres, Service
from services import Session

from ftf.container import (
    AsyncDependencyError,
    CaptiveDependencyError,
    CircularDependencyError,
    Container,
    InvalidRegistrationError,
    UnregisteredDependencyError,
)


class Controller:
    def __init__(self, service: Service) -> None:
        self.service = service


class Report:
    def __init__(self, session: Session) -> None: ...


type Alias = Database


def make_fake() -> Fake:
    return Fake()


async def amake_fake() -> Fake:
    return Fake()


def lend_fake() -> Iterator[Fake]:
    yield Fake()


async def alend_fake() -> AsyncIterator[Fake]:
    yield Fake()


async def open_postgres() -> Postgres:
    return Postgres()


KINDS = [Fake, make_fake, amake_fake, lend_fake, alend_fake]


async def name(container: Container) -> str:
    return (await container.aresolve(Service)).database.name


@pytest.mark.parametrize("fake", [Fake, make_fake, amake_fake, lend_fake])
@pytest.mark.parametrize("all_of_them", [True, False])
async def test_edge_64_an_override_of_every_kind_by_plain_call(container, fake, all_of_them):
    container.override(Database, fake)
    assert await name(container) == "fake"
    if all_of_them:
        container.reset_overrides()
    else:
        container.reset_override(Database)
    assert await name(container) == "postgres"


async def test_edge_64_a_reset_that_would_have_to_await_says_so_and_ends_the_override(container):
    events = []

    async def lend() -> AsyncIterator[Fake]:
        yield Fake()
        events.append("closed")

    container.override(Database, lend)
    assert await name(container) == "fake"
    with pytest.raises(AsyncDependencyError, match="Database has to be awaited"):
        container.reset_override(Database)
    assert await name(container) == "postgres"
    assert events == []
    await container.dispose_all()
    assert events == ["closed"]


@pytest.mark.parametrize("fake", KINDS)
@pytest.mark.parametrize("begin", ["override", "override_context"])
async def test_edge_64_an_override_of_every_kind_by_async_with(container, fake, begin):
    async with getattr(container, begin)(Database, fake):
        assert await name(container) == "fake"
    assert await name(container) == "postgres"


@pytest.mark.parametrize("fake", [Fake, make_fake, lend_fake])
@pytest.mark.parametrize("begin", ["override", "override_context"])
def test_edge_64_an_override_of_every_sync_kind_by_with(container, fake, begin):
    with getattr(container, begin)(Database, fake):
        assert container.resolve(Service).database.name == "fake"
    assert container.resolve(Service).database.name == "postgres"


async def test_override_instance_by_plain_call_with_and_async_with(container):
    fake = Fake()
    container.override_instance(Database, fake)
    assert container.resolve(Service).database is fake
    container.reset_override(Database)
    with container.override_instance(Database, fake):
        assert container.resolve(Service).database is fake
    async with container.override_instance(Database, fake):
        assert (await container.aresolve(Service)).database is fake
    assert container.resolve(Service).database.name == "postgres"


async def test_edge_64_a_sync_override_makes_an_async_service_sync_and_the_other_way_round():
    container = Container()
    container.register(Database, open_postgres, scope="singleton")
    with pytest.raises(AsyncDependencyError, match="Database has to be awaited"):
        container.resolve(Service)
    with container.override(Database, Fake):
        assert container.resolve(Service).database.name == "fake"
    with container.override_instance(Database, Fake()):
        assert container.resolve(Service).database.name == "fake"
    container.register(Database, Postgres)
    async with container.override(Database, amake_fake):
        with pytest.raises(AsyncDependencyError, match="Database has to be awaited"):
            container.resolve(Service)
        assert await name(container) == "fake"
    assert container.resolve(Service).database.name == "postgres"


def test_edge_64_what_cannot_be_built_cannot_be_overridden():
    container = Container(strict=True)
    for key in (Database, Fake):
        for override in (container.override, container.override_context):
            with pytest.raises(UnregisteredDependencyError, match=f"for {key.__name__}"):
                override(key, Fake)
        with pytest.raises(UnregisteredDependencyError, match=f"for {key.__name__}"):
            container.override_instance(key, Fake())
        assert key not in container


def test_edge_64_a_class_that_needs_no_registration_can_be_overridden():
    class Better(Service): ...

    container = Container()
    container.register(Database, Postgres)
    with container.override(Service, Better):
        assert type(container.resolve(Controller).service) is Better
    assert type(container.resolve(Controller).service) is Service


def test_edge_64_an_override_of_an_alias_is_one_of_its_target(container):
    with container.override(Alias, Fake):
        assert (
            container.resolve(Database).name == container.resolve(Service).database.name == "fake"
        )
    with container.override(Database, Fake):
        assert container.resolve(Alias).name == "fake"


def test_edge_64_an_override_holds_at_either_end_of_a_key_that_passes_on_another():
    def pass_on(postgres: Postgres) -> Database:
        return postgres

    container = Container()
    container.register(Postgres, scope="singleton")
    container.register(Database, pass_on)
    assert container.resolve(Service).database is container.resolve(Postgres)
    with container.override(Database, Fake):
        assert container.resolve(Service).database.name == "fake"
        assert container.resolve(Postgres).name == "postgres"
    with container.override(Postgres, Other):
        assert container.resolve(Service).database.name == "other"
    assert container.resolve(Service).database is container.resolve(Postgres)


def test_an_override_of_a_qualified_key_leaves_the_plain_one_alone(container):
    slow = Annotated[Database, "slow"]
    container.register(slow, Postgres)
    with container.override(slow, Fake):
        assert container.resolve(slow).name == "fake"
        assert container.resolve(Database).name == "postgres"


def test_an_override_of_an_open_generic_reaches_its_closed_forms_and_one_closed_form_no_other():
    class Repository[T]: ...

    class FakeRepository[T](Repository[T]): ...

    container = Container()
    container.register(Repository)
    with container.override(Repository, FakeRepository):
        assert type(container.resolve(Repository[int])) is FakeRepository
    with container.override(Repository[int], FakeRepository[int]):
        assert type(container.resolve(Repository[int])) is FakeRepository
        assert type(container.resolve(Repository[str])) is Repository
    assert type(container.resolve(Repository[int])) is Repository


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_edge_66_an_override_lives_as_long_as_what_it_stands_for(lifetime):
    container = Container()
    container.register(Database, Postgres, scope=lifetime)
    with container.override(Database, Fake):
        async with container.scoped_context() as scope:
            first = scope.resolve(Database)
            assert (scope.resolve(Database) is first) is (lifetime != "transient")
        async with container.scoped_context() as scope:
            assert (scope.resolve(Database) is first) is (lifetime == "singleton")


async def test_edge_66_none_can_be_put_in_the_place_of_a_service(container):
    with container.override_instance(Database, None):
        assert container.resolve(Database) is None
        assert (await container.aresolve(Service)).database is None
    assert container.resolve(Service).database.name == "postgres"


@pytest.mark.parametrize("nonsense", [Database, 42, "fake"])
def test_an_override_that_can_never_work_is_refused_and_changes_nothing(container, nonsense):
    with pytest.raises(InvalidRegistrationError, match=r"is abstract|is not a class"):
        container.override(Database, nonsense)
    assert container.resolve(Service).database.name == "postgres"


def test_a_fake_that_needs_what_it_stands_for_is_a_circle(container):
    class Wrapper:
        def __init__(self, inner: Database) -> None: ...

    container.override(Database, Wrapper)
    with pytest.raises(CircularDependencyError, match="Database needs itself"):
        container.resolve(Service)
    container.reset_override(Database)
    assert container.resolve(Service).database.name == "postgres"


def test_edge_58_an_override_of_a_singleton_that_needs_a_scoped_service_is_captive(container):
    container.register(Session, scope="scoped")

    def needs_session(session: Session) -> Fake:
        return Fake()

    with container.override(Database, needs_session):
        with pytest.raises(CaptiveDependencyError, match="keep the scoped Session") as caught:
            container.resolve(Database)
        assert [step.key for step in caught.value.path] == [Database, Session]
    container.validate()


def test_edge_58_an_override_can_free_what_was_captive():
    container = Container()
    container.register(Session, scope="scoped")
    container.register(Report, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="keep the scoped Session"):
        container.resolve(Report)
    with container.override_instance(Session, Session()):
        container.validate()
        assert container.resolve(Report) is container.resolve(Report)
