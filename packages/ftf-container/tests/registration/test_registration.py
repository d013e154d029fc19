from abc import ABC, abstractmethod
from typing import Annotated, NewType, Protocol

import pytest

from ftf.container import Container, InvalidRegistrationError


class Clock(Protocol):
    def now(self) -> float: ...


class Frozen:
    def now(self) -> float:
        return 0.0


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...


type Alias = Frozen
Port = NewType("Port", int)


def test_a_class_stands_for_itself():
    container = Container()
    container.register(Frozen)
    assert isinstance(container.resolve(Frozen), Frozen)


def test_a_protocol_is_served_by_a_class():
    container = Container()
    container.register(Clock, Frozen)
    assert isinstance(container.resolve(Clock), Frozen)


def test_a_qualified_key_differs_from_its_type():
    container = Container()
    container.register(Annotated[Frozen, "slow"], Frozen, scope="singleton")
    container.register(Frozen, scope="singleton")
    slow = container.resolve(Annotated[Frozen, "slow"])
    assert slow is not container.resolve(Frozen)
    assert slow is container.resolve(Annotated[Frozen, "slow"])


def test_a_new_type_differs_from_its_base():
    container = Container()
    container.register(Port, lambda: Port(8000))
    assert container.resolve(Port) == 8000
    assert int not in container


def test_a_type_alias_is_its_target():
    container = Container()
    container.register(Alias, scope="singleton")
    assert Frozen in container
    assert container.resolve(Alias) is container.resolve(Frozen)


def test_a_ready_object_is_delivered_as_it_is():
    container, clock = Container(), Frozen()
    container.instance(Frozen, clock)
    assert container.resolve(Frozen) is clock


def test_registered_keys_are_known():
    container = Container()
    container.register(Frozen)
    assert Frozen in container
    assert container.is_registered(Frozen)
    assert Clock not in container


def test_the_container_delivers_itself():
    container = Container()
    assert container.resolve(Container) is container


def test_edge_60_registering_something_else_replaces_also_what_was_built():
    container = Container()
    container.register(Clock, Frozen, scope="singleton")
    before = container.resolve(Clock)
    container.register(Clock, lambda: Frozen(), scope="singleton")  # noqa: PLW0108  # not Frozen
    assert container.resolve(Clock) is not before


def test_edge_60_registering_the_same_again_changes_nothing():
    container = Container()
    container.register(Clock, Frozen, scope="singleton")
    before = container.resolve(Clock)
    container.register(Clock, Frozen, scope="singleton")
    assert container.resolve(Clock) is before


@pytest.mark.parametrize("implementation", [Clock, Shape])
def test_an_abstract_implementation_is_refused(implementation):
    container = Container()
    with pytest.raises(InvalidRegistrationError, match=f"{implementation.__name__} is abstract"):
        container.register(object, implementation)
    assert object not in container


@pytest.mark.parametrize("key", [Port, Annotated[Frozen, "slow"], "clock"])
def test_a_key_that_is_no_class_needs_an_implementation(key):
    container = Container()
    with pytest.raises(InvalidRegistrationError, match="is not a class"):
        container.register(key)
    assert key not in container


def test_an_implementation_that_cannot_be_called_is_refused():
    with pytest.raises(InvalidRegistrationError, match="42 is not a class"):
        Container().register(Frozen, 42)


def test_an_unknown_lifetime_is_refused():
    container = Container()
    with pytest.raises(InvalidRegistrationError, match="'request' is not a lifetime"):
        container.register(Frozen, scope="request")
    assert Frozen not in container


def test_a_key_that_cannot_be_hashed_is_refused_at_each_door():
    container = Container()
    for use in (container.register, container.is_registered):
        with pytest.raises(InvalidRegistrationError, match=r"\[\] is not hashable"):
            use([])
    with pytest.raises(InvalidRegistrationError, match=r"\[\] is not hashable"):
        container.resolve([])
