"""Deferred providers that are loaded while a graph is read, or by several threads."""

from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from services import Mailer, Smtp

from ftf.container import Container, InvalidRegistrationError, ServiceProvider


class Car: ...


class FastCar(Car): ...


class Road: ...


class Traffic(ServiceProvider):
    provides = (Road,)

    def register(self, container):
        container.register(Road)
        container.register(Car, FastCar)


class CarFirst:
    def __init__(self, car: Car, road: Road) -> None:
        self.car = car


class RoadFirst:
    def __init__(self, road: Road, car: Car) -> None:
        self.car = car


@pytest.mark.parametrize("wanted", [CarFirst, RoadFirst])
def test_what_a_provider_registers_while_a_graph_is_read_counts_for_the_whole_graph(wanted):
    container = Container()
    container.add_provider(Traffic())
    assert type(container.resolve(wanted).car) is FastCar
    assert type(container.resolve(wanted).car) is FastCar


def test_what_a_provider_registers_while_a_call_is_prepared_counts_for_the_whole_call():
    def drive(car: Car, road: Road) -> Car:
        return car

    container = Container()
    container.add_provider(Traffic())
    assert type(container.call(drive)) is FastCar


def test_the_graph_is_drawn_with_what_providers_register_meanwhile():
    class Driver:
        def __init__(self, car: Car) -> None: ...

    container = Container()
    container.register(Driver)
    container.register(RoadFirst)
    container.add_provider(Traffic())
    container.resolve(Driver)
    before = container.explain(Driver)
    container.graph()
    assert "FastCar" not in str(before)
    nodes = {node.binding.key: node for node in container.graph().nodes}
    (car,) = (each.node for each in nodes[Driver].arguments)
    assert car.binding.factory is FastCar


def test_a_broken_promise_of_a_provider_is_reported_each_time():
    class Broken(ServiceProvider):
        provides = (Road,)

        def register(self, container):
            container.register(Car, FastCar)

    container = Container()
    container.add_provider(Broken())
    for _ in range(2):
        with pytest.raises(InvalidRegistrationError, match="does not register it"):
            container.resolve(CarFirst)


def test_edge_51_threads_that_ask_for_a_deferred_service_at_once_all_get_it():
    registering, asked = Event(), Event()

    class Slow(ServiceProvider):
        provides = (Mailer,)

        def register(self, container):
            registering.set()
            assert asked.wait(30)
            container.register(Mailer, Smtp, scope="singleton")

    def ask() -> None:
        assert registering.wait(30)
        asked.set()
        container.override_instance(Mailer, Smtp()).end()

    container = Container()
    container.add_provider(Slow())
    with ThreadPoolExecutor(2) as threads:
        first, second = threads.submit(container.resolve, Mailer), threads.submit(ask)
        assert isinstance(first.result(30), Smtp)
        second.result(30)


def test_a_provider_that_asks_for_what_it_provides_gets_it_as_if_it_were_not_provided():
    roads = []

    class Curious(ServiceProvider):
        provides = (Road, Car)

        def register(self, container):
            roads.append(container.resolve(Road))
            container.register(Road, scope="singleton")
            container.register(Car)

    container = Container()
    container.add_provider(Curious())
    container.resolve(Car)
    assert roads != [container.resolve(Road)]
    assert container.resolve(Road) is container.resolve(Road)
