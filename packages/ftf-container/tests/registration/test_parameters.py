from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum, IntEnum
from inspect import Parameter, Signature
from pathlib import Path
from typing import Annotated, Any, Optional, TypedDict, Union
from uuid import UUID

import pytest
from services import Engine

from ftf.container import Container, InvalidRegistrationError, UnregisteredDependencyError


class Wheel: ...


class Electric(Engine): ...


class Colour(Enum):
    RED = 1


class Size(IntEnum):
    SMALL = 1


class Token(str):
    __slots__ = ()


class Port(int): ...


class Options(TypedDict):
    engine: Engine


class Flawed:
    def __init__(self, number: int) -> None: ...


type Motor = Engine
type Maybe = Engine | None

NOTHING = object()


def asking(hint: object, default: object = NOTHING) -> type:
    """A class that asks for one service, as `hint` says."""

    class Asking:
        def __init__(self, part) -> None:
            self.part = part

    if hint is not NOTHING:
        Asking.__init__.__annotations__["part"] = hint
    if default is not NOTHING:
        Asking.__init__.__defaults__ = (default,)
    return Asking


def test_edge_9_parameters_are_passed_the_way_each_allows():
    class Car:
        def __init__(self, engine: Engine, /, wheel: Wheel, *, spare: Wheel) -> None:
            self.parts = engine, wheel, spare

    parts = Container().resolve(Car).parts
    assert [type(part) for part in parts] == [Engine, Wheel, Wheel]


def test_edge_9_an_omitted_default_leaves_no_gap_before_what_follows():
    class Car:
        def __init__(
            self, engine: Engine, doors: int = 4, seats: int = 5, /, wheel: Wheel = None
        ) -> None:
            self.parts = type(engine), doors, seats, type(wheel)

    container = Container()
    container.register(Wheel)
    assert container.resolve(Car).parts == (Engine, 4, 5, Wheel)


def test_edge_9_an_omitted_default_in_the_middle_is_skipped_by_name():
    class Car:
        def __init__(self, doors: int = 4, wheel: Wheel = None, seats: int = 5) -> None:
            self.parts = doors, type(wheel), seats

    container = Container()
    container.register(Wheel)
    assert container.resolve(Car).parts == (4, Wheel, 5)


def test_edge_9_nothing_is_made_up_for_the_rest():
    class Car:
        def __init__(self, engine: Engine, *wheels: Wheel, **options: Any) -> None:
            self.parts = wheels, options

    def build(engine: Engine, *wheels, **options: Wheel) -> Car:
        return Car(engine, *wheels, **options)

    container = Container()
    container.register(Wheel)
    assert container.resolve(Car).parts == ((), {})
    container.register(Car, build)
    assert container.resolve(Car).parts == ((), {})


@pytest.mark.parametrize("default", [None, 0, "", False, (), Engine()])
def test_edge_10_a_default_of_any_value_stays_while_the_type_is_unregistered(default):
    asked = asking(Engine, default)
    container = Container()
    assert container.resolve(asked).part is default
    container.register(Engine)
    made = container.resolve(asked).part
    assert made is not default
    assert isinstance(made, Engine)


def test_edge_10_a_mutable_default_is_the_very_object():
    default = []
    assert Container().resolve(asking(list[Wheel], default)).part is default
    assert Container().resolve(asking(list[int], default)).part is default

    class Pinned:
        def __init__(self, wheels: list[Wheel] = default, /) -> None:
            self.wheels = wheels

    assert Container().resolve(Pinned).wheels is default


@pytest.mark.parametrize("hint", [Flawed, Flawed | None])
def test_edge_11_a_default_does_not_hide_what_is_wrong_below(hint):
    container = Container()
    container.register(Flawed)
    asked = asking(hint, None)
    with pytest.raises(
        UnregisteredDependencyError, match="Nothing is registered for int"
    ) as caught:
        container.resolve(asked)
    assert [step.parameter for step in caught.value.path] == ["", "part", "number"]


def test_edge_11_a_default_does_not_hide_what_a_factory_raises():
    def build() -> Wheel:
        raise LookupError("no rubber")

    container = Container()
    container.register(Wheel, build)
    with pytest.raises(LookupError, match="no rubber"):
        container.resolve(asking(Wheel, None))


OPTIONAL = [
    Engine | None,
    Optional[Engine],  # noqa: UP045  # the old spelling is the subject
    Union[None, Engine],  # noqa: UP007
    Optional["Engine"],
    "Engine | None",
    Motor | None,
    Maybe,
]


@pytest.mark.parametrize("hint", OPTIONAL)
@pytest.mark.parametrize("default", [NOTHING, None])
def test_edge_12_what_is_optional_is_none_until_it_is_registered(hint, default):
    container = Container()
    asked = asking(hint, default)
    assert container.resolve(asked).part is None
    container.register(Engine)
    assert isinstance(container.resolve(asked).part, Engine)


@pytest.mark.parametrize(
    "hint",
    [Annotated[Engine | None, "fast"], Annotated[Engine, "fast"] | None, Annotated[Maybe, "fast"]],
)
def test_edge_12_what_is_optional_may_be_qualified(hint):
    container = Container()
    container.register(Engine)
    assert container.resolve(asking(hint)).part is None
    container.register(Annotated[Engine, "fast"], Electric)
    assert isinstance(container.resolve(asking(hint)).part, Electric)


def test_edge_12_a_union_prefers_the_order_of_its_members():
    container = Container()
    container.register(Wheel)
    assert isinstance(container.resolve(asking(Engine | Wheel)).part, Wheel)
    container.register(Engine)
    assert isinstance(container.resolve(asking(Engine | Wheel)).part, Engine)
    assert isinstance(container.resolve(asking(Wheel | Engine)).part, Wheel)


def test_edge_12_a_union_may_be_registered_itself():
    container = Container()
    container.register(Wheel)
    container.register(Wheel | Engine, Engine)
    assert isinstance(container.resolve(asking(Wheel | Engine)).part, Engine)


def test_edge_12_a_union_of_which_nothing_is_registered_is_refused():
    with pytest.raises(UnregisteredDependencyError, match=r"Nothing is registered for .*Wheel"):
        Container().resolve(asking(Engine | Wheel))


@pytest.mark.parametrize("hint", [None, "None"])
def test_edge_12_none_is_none(hint):
    assert Container().resolve(asking(hint)).part is None
    assert Container().resolve(asking(hint, 5)).part == 5


@pytest.mark.parametrize("hint", [NOTHING, Any, object, "Any"])
def test_edge_13_what_anything_would_fit_is_refused(hint):
    container = Container()
    with pytest.raises(InvalidRegistrationError, match="Parameter 'part' of Asking") as caught:
        container.resolve(asking(hint))
    assert "test_parameters.py:" in str(caught.value)
    assert "Annotate it with a registered type, or give it a default." in str(caught.value)
    assert container.resolve(asking(hint, 5)).part == 5


VALUES = [str, int, float, bool, bytes, list, dict, Path, UUID, datetime, date, timedelta, Decimal]


@pytest.mark.parametrize(
    "value", [*VALUES, Colour, Size, Token, Port, Options, dict[str, int], type[Engine]]
)
def test_edge_14_a_value_is_never_made_up(value):
    container = Container()
    asked = asking(value)
    with pytest.raises(
        UnregisteredDependencyError, match="are never created automatically"
    ) as caught:
        container.resolve(asked)
    assert [step.key for step in caught.value.path] == [asked, value]
    assert "part: " in str(caught.value)
    assert "test_parameters.py:" in str(caught.value)
    assert f"container.instance(Annotated[{getattr(value, '__name__', '')}" in str(caught.value)


@pytest.mark.parametrize("value", VALUES)
def test_edge_14_a_value_may_be_registered(value):
    container = Container()
    container.register(value, lambda: "made")
    assert container.resolve(asking(value)).part == "made"


def test_edge_15_parameters_may_have_any_name():
    class Car:
        def __init__(this, self: Engine, container: Wheel, cls: Wheel) -> None:  # noqa: N805
            this.parts = self, container, cls

    def build(self: Engine, function: Wheel, s: Wheel, i: Wheel, *, match: Wheel) -> Car:
        return Car(self, s, match)

    container = Container()
    assert isinstance(container.resolve(Car).parts[0], Engine)
    assert isinstance(container.call(build).parts[0], Engine)
    container.register(Car, build)
    assert isinstance(container.resolve(Car).parts[2], Wheel)
    assert container.call(build, function=1, self=2, s=3, match=4).parts == (2, 3, 4)


def test_edge_15_a_parameter_may_be_named_like_a_keyword():
    class Car:
        __signature__ = Signature(
            [Parameter("class", Parameter.POSITIONAL_ONLY, annotation=Engine)]
        )

        def __init__(self, *parts: Engine) -> None:
            self.parts = parts

    def build(*parts: Engine) -> Car:
        return Car(*parts)

    build.__signature__ = Signature(
        [Parameter("return", Parameter.POSITIONAL_ONLY, annotation=Engine)], return_annotation=Car
    )
    container = Container()
    assert isinstance(container.resolve(Car).parts[0], Engine)
    container.register(Car, build)
    assert isinstance(container.resolve(Car).parts[0], Engine)


def test_edge_15_an_annotation_on_self_asks_for_nothing():
    class Car:
        def __init__(self: "Car", engine: Engine) -> None:
            self.engine = engine

        def drive(self: "Car", wheel: Wheel) -> Wheel:
            return wheel

    car = Container().resolve(Car)
    assert isinstance(car.engine, Engine)
    assert isinstance(Container().call(car.drive), Wheel)
