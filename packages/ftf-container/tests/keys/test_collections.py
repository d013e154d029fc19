"""All services of a kind, or of a tag, at once."""

from collections.abc import Sequence
from typing import Annotated, Protocol

import pytest
from services import Session

from ftf.container import (
    AsyncDependencyError,
    CaptiveDependencyError,
    Container,
    GraphError,
    UnregisteredDependencyError,
)


class Report(Protocol):
    def title(self) -> str: ...


class Base:
    def title(self) -> str:
        return type(self).__name__


class Cpu(Base): ...


class Memory(Base): ...


class Disk(Base): ...


class Dashboard:
    def __init__(self, reports: list[Base]) -> None:
        self.reports = reports


class Overview:
    def __init__(self, reports: Annotated[list[Base], "reports"]) -> None:
        self.reports = reports


async def open_disk() -> Disk:
    return Disk()


def titles(reports) -> list[str]:
    return [report.title() for report in reports]


@pytest.fixture
def container():
    container = Container()
    container.register(Cpu, scope="singleton")
    container.register(Memory)
    return container


@pytest.mark.parametrize(
    ("key", "form"), [(list[Base], list), (Sequence[Base], list), (tuple[Base, ...], tuple)]
)
async def test_a_collection_holds_every_service_of_a_kind_in_order_of_registration(
    container, key, form
):
    for made in (container.resolve(key), await container.aresolve(key)):
        assert type(made) is form
        assert titles(made) == ["Cpu", "Memory"]
        assert made[0] is container.resolve(Cpu)
    assert container.resolve(key) is not container.resolve(key) or form is tuple
    assert key in container


def test_a_collection_is_injected(container):
    assert titles(container.resolve(Dashboard).reports) == ["Cpu", "Memory"]


def test_a_collection_holds_a_base_and_what_serves_it_once(container):
    container.register(Base, Cpu)
    assert titles(container.resolve(list[Base])) == ["Cpu", "Memory"]


def test_a_collection_holds_qualified_services(container):
    container.register(Annotated[Base, "spare"], Disk)
    assert titles(container.resolve(list[Base])) == ["Cpu", "Memory", "Disk"]


def test_a_collection_of_a_protocol_holds_what_names_it_as_a_base_or_is_registered_for_it():
    class Named(Report):
        def title(self) -> str:
            return "Named"

    container = Container()
    container.register(Named)
    container.register(Report, Cpu)
    container.register(Memory)
    assert titles(container.resolve(list[Report])) == ["Named", "Cpu"]


def test_edge_19_a_collection_of_which_nothing_is_registered_is_empty():
    container = Container()
    assert container.resolve(list[Base]) == []
    assert container.resolve(Sequence[Base]) == []
    assert container.resolve(tuple[Base, ...]) == ()
    assert container.resolve(Dashboard).reports == []
    assert list[Base] not in container


def test_edge_19_a_default_goes_before_an_empty_collection_and_after_a_full_one(container):
    class Optional:
        def __init__(self, reports: Sequence[Base] = ("default",)) -> None:
            self.reports = reports

    assert Container().resolve(Optional).reports == ("default",)
    assert titles(container.resolve(Optional).reports) == ["Cpu", "Memory"]


def test_a_collection_that_is_registered_is_what_was_registered(container):
    container.instance(list[Base], ["mine"])
    assert container.resolve(Dashboard).reports == ["mine"]


@pytest.mark.parametrize("key", [list[int], Sequence[str], tuple[Base, Cpu]])
def test_a_collection_of_plain_values_or_a_fixed_tuple_is_not_made_up(container, key):
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered"):
        container.resolve(key)


def test_a_collection_grows_with_a_late_registration(container):
    assert len(container.resolve(Dashboard).reports) == 2
    container.register(Disk)
    assert len(container.resolve(Dashboard).reports) == 3


async def test_a_collection_with_an_async_service_has_to_be_awaited(container):
    container.register(Disk, open_disk)
    with pytest.raises(AsyncDependencyError, match="Disk has to be awaited") as caught:
        container.resolve(Dashboard)
    assert [step.key for step in caught.value.path] == [Dashboard, list[Base], Disk]
    assert titles((await container.aresolve(Dashboard)).reports) == ["Cpu", "Memory", "Disk"]


def test_edge_58_a_singleton_may_not_keep_a_scoped_service_through_a_collection(container):
    container.register(Disk, scope="scoped")
    container.register(Dashboard, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="keep the scoped Disk") as caught:
        container.resolve(Dashboard)
    assert [step.key for step in caught.value.path] == [Dashboard, list[Base], Disk]


async def test_a_collection_of_scoped_services_is_that_of_the_scope(container):
    container.register(Disk, scope="scoped")
    async with container.scoped_context() as scope:
        assert scope.resolve(Dashboard).reports[-1] is scope.resolve(Disk)


def test_an_override_reaches_a_collection(container):
    class Fake(Base): ...

    before = container.resolve(list[Base])[0]
    with container.override(Cpu, Fake):
        assert titles(container.resolve(Dashboard).reports) == ["Fake", "Memory"]
    assert container.resolve(list[Base])[0] is before


async def test_a_tag_names_a_group_in_the_order_of_tagging(container):
    container.tag("reports", Memory)
    container.tag("reports", Cpu, Memory)
    assert titles(container.tagged("reports")) == ["Memory", "Cpu"]
    assert titles(await container.atagged("reports")) == ["Memory", "Cpu"]
    assert container.tagged("reports")[1] is container.resolve(Cpu)


async def test_a_tag_without_members_delivers_nothing(container):
    assert container.tagged("unknown") == await container.atagged("unknown") == []


async def test_a_tagged_async_service_has_to_be_awaited(container):
    container.register(Disk, open_disk)
    container.tag("reports", Cpu, Disk)
    with pytest.raises(AsyncDependencyError, match="Disk has to be awaited"):
        container.tagged("reports")
    assert titles(await container.atagged("reports")) == ["Cpu", "Disk"]


async def test_tagged_services_are_those_of_the_scope():
    container = Container()
    container.register(Session, scope="scoped")
    container.tag("all", Session)
    async with container.scoped_context() as scope:
        assert container.tagged("all") == await container.atagged("all") == [scope.resolve(Session)]


def test_a_service_may_have_several_tags_and_be_tagged_before_it_is_registered(container):
    container.tag("reports", Disk, Cpu)
    container.tag("cheap", Cpu)
    container.register(Disk, scope="singleton")
    assert container.tagged("reports")[0] is container.resolve(Disk)
    assert titles(container.tagged("cheap")) == ["Cpu"]


@pytest.mark.parametrize(
    ("key", "form"), [(list[Base], list), (Sequence[Base], list), (tuple[Base, ...], tuple)]
)
def test_a_tagged_collection_is_delivered_in_the_form_asked_for(container, key, form):
    container.tag("reports", Memory, Cpu)
    made = container.resolve(Annotated[key, "reports"])
    assert type(made) is form
    assert titles(made) == ["Memory", "Cpu"]


def test_a_tagged_collection_is_injected_and_grows_with_its_tag(container):
    with pytest.raises(UnregisteredDependencyError, match="reports"):
        container.resolve(Overview)
    container.tag("reports", Memory)
    assert titles(container.resolve(Overview).reports) == ["Memory"]
    container.tag("reports", Cpu)
    assert titles(container.resolve(Overview).reports) == ["Memory", "Cpu"]


def test_what_is_tagged_but_cannot_be_built_is_a_fault_of_the_graph(container):
    container.tag("reports", Report)
    container.register(Overview)
    with pytest.raises(GraphError, match="Nothing is registered for Report") as caught:
        container.validate()
    assert caught.value.path[0].key is Overview
