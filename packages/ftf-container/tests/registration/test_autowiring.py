from functools import partial
from typing import TYPE_CHECKING, Protocol

import pytest
from services import Engine, Service

from ftf.container import Container, InvalidRegistrationError, UnregisteredDependencyError

if TYPE_CHECKING:
    from decimal import Decimal


class Car:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


SPARE = Car(Engine())


class Flying(Protocol): ...


class Plane(Flying, Car): ...


def test_constructors_are_followed_to_the_end():
    class Garage:
        def __init__(self, car: Car, *spare: Car, **more: Car) -> None:
            self.car = car

    assert isinstance(Container().resolve(Garage).car.engine, Engine)


def test_edge_6_a_protocol_among_the_bases_hides_no_constructor():
    assert isinstance(Container().resolve(Plane).engine, Engine)


def test_edge_7_new_with_parameters_is_read():
    class Pair(tuple):
        __slots__ = ()

        def __new__(cls, left: Engine, right: Engine):
            return super().__new__(cls, (left, right))

    assert [type(part) for part in Container().resolve(Pair)] == [Engine, Engine]


def test_edge_9_keyword_only_parameters_are_passed_by_name():
    class Truck:
        def __init__(self, *, engine: Engine) -> None:
            self.engine = engine

    assert isinstance(Container().resolve(Truck).engine, Engine)


def test_edge_10_a_default_stays_unless_the_type_is_registered():
    class Tuned:
        def __init__(self, before: Engine | None = None, car: Car | None = SPARE) -> None:
            self.before, self.car = before, car

    container = Container()
    assert container.resolve(Tuned).car is SPARE
    container.register(Car)
    tuned = container.resolve(Tuned)
    assert tuned.before is None
    assert tuned.car is not SPARE


def test_edge_12_a_union_takes_its_first_registered_member():
    class Either:
        def __init__(self, part: Car | Engine, other: Flying | None) -> None:
            self.part, self.other = part, other

    container = Container()
    container.register(Engine)
    either = container.resolve(Either)
    assert (type(either.part), either.other) == (Engine, None)


def test_edge_2_an_unreadable_hint_with_a_default_keeps_the_default():
    class Priced:
        def __init__(self, engine: Engine, price: "Decimal" = 1) -> None:
            self.engine, self.price = engine, price

    priced = Container().resolve(Priced)
    assert (type(priced.engine), priced.price) == (Engine, 1)


def test_edge_2_an_unreadable_hint_names_the_parameter():
    class Priced:
        def __init__(self, price: "Decimal") -> None: ...

    message = r"Parameter 'price' of Priced is annotated 'Decimal', which cannot be evaluated"
    with pytest.raises(InvalidRegistrationError, match=message):
        Container().resolve(Priced)


def test_edge_13_a_parameter_without_a_hint_is_named():
    class Loose:
        def __init__(self, engine) -> None: ...

    message = "Parameter 'engine' of Loose has no annotation"
    with pytest.raises(InvalidRegistrationError, match=message):
        Container().resolve(Loose)


def test_edge_14_values_are_not_made_up():
    class Dialler:
        def __init__(self, number: int) -> None: ...

    with pytest.raises(UnregisteredDependencyError, match="built-in types") as caught:
        Container().resolve(Dialler)
    assert [(step.key, step.parameter) for step in caught.value.path] == [
        (Dialler, ""),
        (int, "number"),
    ]


@pytest.mark.parametrize(("key", "reason"), [(Flying, "it is abstract"), ("car", "it is a text")])
def test_what_cannot_be_built_says_why(key, reason):
    with pytest.raises(UnregisteredDependencyError, match=reason):
        Container().resolve(key)


def test_a_strict_container_builds_only_what_is_registered():
    container = Container(strict=True)
    container.register(Car)
    with pytest.raises(UnregisteredDependencyError, match="the container is strict"):
        container.resolve(Car)


def test_edge_22_whatever_can_be_called_is_a_factory():
    class Factory:
        def __call__(self, engine: Engine) -> Car:
            return Car(engine)

        def make(self, engine: Engine) -> Car:
            return Car(engine)

        @classmethod
        def build(cls, engine: Engine) -> Car:
            return Car(engine)

    def convert(kind: str, engine: Engine) -> Car:
        return Car(engine)

    for factory in (Factory(), Factory().make, Factory.build, partial(convert, "van")):
        container = Container()
        container.register(Car, factory)
        assert isinstance(container.resolve(Car).engine, Engine)


async def test_edge_6_a_protocol_hides_no_constructor_of_its_implementation():
    class Runs(Protocol):
        def run(self) -> None: ...

    class Runner(Runs, Service):
        def run(self) -> None: ...

    container = Container()
    container.register(Runs, Runner)
    for resolved in (
        container.resolve(Runs),
        await container.aresolve(Runs),
        Container().resolve(Runner),
    ):
        assert type(resolved.engine) is Engine
