from __future__ import annotations  # every annotation in this file is a string

import sys
from dataclasses import dataclass
from inspect import getsourcelines
from textwrap import dedent
from types import ModuleType
from typing import TYPE_CHECKING, ForwardRef, Optional

import pytest
from services import Engine

from ftf.container import Container, GraphError, InvalidRegistrationError

if TYPE_CHECKING:
    from decimal import Decimal
    from fractions import Fraction


class Car:
    class Seat: ...

    def __init__(self, engine: Engine, *, seat: Optional[Car.Seat] = None) -> None:  # noqa: UP045
        self.engine, self.seat = engine, seat


class Priced:
    def __init__(self, price: Decimal, engine: Engine) -> None: ...


class Defaulted:
    def __init__(self, price: Decimal = 1, *, engine: Engine) -> None:
        self.price, self.engine = price, engine


class Doubly:
    def __init__(self, price: Decimal, size: Fraction, engine: Engine) -> None: ...


class House:
    class Room: ...

    def __init__(self, room: Room) -> None:
        self.room = room


class Shelf[T]:
    def __init__(self, kind: type[T], content: T) -> None:
        self.kind, self.content = kind, content


@pytest.fixture
def elsewhere(monkeypatch):
    """A module whose names mean something else than they mean here."""
    module = ModuleType("ftf_elsewhere")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    source = """
        from __future__ import annotations
        from dataclasses import dataclass

        class Engine: ...

        class Base:
            def __init__(self, engine: Engine) -> None:
                self.engine = engine

        @dataclass
        class Data:
            engine: Engine
    """
    exec(dedent(source), vars(module))  # noqa: S102  # a module of our own
    return module


def place(source: object) -> str:
    return f"test_string_hints.py:{getsourcelines(source)[1]}"


def test_edge_1_hints_may_be_strings():
    container = Container()
    container.register(Car.Seat)
    car = container.resolve(Car)
    assert (type(car.engine), type(car.seat)) == (Engine, Car.Seat)


def test_edge_1_hints_of_factories_may_be_strings():
    async def build(engine: Engine) -> Car:
        return Car(engine)

    container = Container()
    container.register(Car, build)
    assert "engine: Engine" in str(container.explain(Car))


def test_edge_1_a_hint_that_cannot_be_read_does_not_sink_the_others():
    defaulted = Container().resolve(Defaulted)
    assert (defaulted.price, type(defaulted.engine)) == (1, Engine)


def test_edge_1_every_hint_that_cannot_be_read_is_reported():
    container = Container()
    container.register(Doubly)
    with pytest.raises(InvalidRegistrationError, match="'price' of Doubly") as first:
        container.resolve(Doubly)
    assert first.value.path[0].key is Doubly
    with pytest.raises(GraphError, match="cannot be built: Doubly") as report:
        container.validate()
    assert ["'price'" in str(fault) for fault in report.value.faults] == [True, False]
    assert ["'size'" in str(fault) for fault in report.value.faults] == [False, True]


def test_edge_2_a_name_known_to_type_checkers_only_is_an_error_that_says_where():
    with pytest.raises(InvalidRegistrationError, match="name 'Decimal' is not defined") as caught:
        Container().resolve(Priced)
    text = str(caught.value)
    assert "Parameter 'price' of Priced is annotated 'Decimal'" in text
    assert place(Priced) in text
    assert "Annotate it with a registered type, or give it a default." in text


def test_edge_2_a_name_known_to_type_checkers_only_leaves_the_default():
    assert Container().resolve(Defaulted).price == 1


def test_edge_3_a_class_may_be_defined_after_what_needs_it_was_registered(elsewhere):
    source = "class Late:\n  def __init__(self, wanted: 'Wanted') -> None: self.wanted = wanted"
    exec(source, vars(elsewhere))  # noqa: S102
    container = Container()
    container.register(elsewhere.Late)
    with pytest.raises(InvalidRegistrationError, match="'Wanted' is not defined"):
        container.resolve(elsewhere.Late)
    exec("class Wanted: ...", vars(elsewhere))  # noqa: S102
    assert isinstance(container.resolve(elsewhere.Late).wanted, elsewhere.Wanted)


@pytest.mark.skipif(sys.version_info < (3, 14), reason="annotations are evaluated at once")
def test_edge_3_a_hint_that_was_not_evaluated_yet_does_not_sink_the_others(elsewhere):
    source = """
        class Lazy:
            kind: Missing

            def __init__(self, price: Missing | None = 1, *, engine: Engine, later: Later) -> None:
                self.parts = price, type(engine), type(later)

            def close(self, hurry: Missing = None) -> None: ...

        class Later: ...
    """
    exec(compile(dedent(source), "lazy", "exec", dont_inherit=True), vars(elsewhere))  # noqa: S102
    with Container().scoped_context() as scope:
        assert scope.resolve(elsewhere.Lazy).parts == (1, elsewhere.Engine, elsewhere.Later)


def test_edge_3_a_forward_reference_is_read_like_the_name_it_stands_for():
    def build(engine) -> Car:
        return Car(engine)

    build.__annotations__["engine"] = ForwardRef("Engine")
    container = Container()
    container.register(Car, build)
    assert isinstance(container.resolve(Car).engine, Engine)


def test_edge_4_hints_of_an_inherited_constructor_mean_what_they_mean_to_the_parent(elsewhere):
    class Child(elsewhere.Base): ...

    assert isinstance(Container().resolve(Child).engine, elsewhere.Engine)


def test_edge_4_hints_of_an_inherited_field_mean_what_they_mean_to_the_parent(elsewhere):
    @dataclass
    class Child(elsewhere.Data):
        spare: Engine

    child = Container().resolve(Child)
    assert (type(child.engine), type(child.spare)) == (elsewhere.Engine, Engine)


def test_edge_4_a_hint_may_name_a_class_inside_the_class():
    assert isinstance(Container().resolve(House).room, House.Room)


def test_edge_4_a_name_local_to_a_function_is_an_error_that_says_so():
    class Local: ...

    class Service:
        def __init__(self, local: Local) -> None: ...

    with pytest.raises(InvalidRegistrationError, match="'local' of Service is annotated 'Local'"):
        Container().resolve(Service)


def test_edge_5_a_type_parameter_may_stand_in_a_string():
    container = Container()
    container.register(Shelf)
    shelf = container.resolve(Shelf[Engine])
    assert (shelf.kind, type(shelf.content)) == (Engine, Engine)
