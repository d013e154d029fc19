from abc import ABC, ABCMeta, abstractmethod
from collections.abc import Callable
from dataclasses import InitVar, dataclass, field
from typing import Annotated, Generic, NamedTuple, Protocol, TypeVar

import attrs
import pytest
from pydantic import BaseModel, ConfigDict, Field
from pydantic.dataclasses import dataclass as pydantic_dataclass
from pydantic_settings import BaseSettings
from services import Engine

from ftf.container import Container, InvalidRegistrationError, UnregisteredDependencyError

T = TypeVar("T")


class Wheel: ...


class Bare: ...


class Holder[Content]:
    def __init__(self, content: Content) -> None:
        self.content = content


class Named(Holder[Engine]): ...


class OldHolder(Generic[T]):  # noqa: UP046  # the old spelling is the subject
    def __init__(self, content: T) -> None:
        self.content = content


class Middle(OldHolder[T]): ...


class OldNamed(Middle[Engine]): ...


class Flying(Protocol):
    def fly(self) -> None: ...


class Powered:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


class Shape(ABC):
    @abstractmethod
    def area(self) -> float: ...


def test_edge_5_a_class_without_a_constructor_is_called_without_arguments():
    assert type(Container().resolve(Bare)) is Bare


@pytest.mark.parametrize("cls", [Named, OldNamed])
def test_edge_5_an_inherited_constructor_knows_what_its_type_parameter_stands_for(cls):
    assert isinstance(Container().resolve(cls).content, Engine)


def test_edge_5_type_parameters_are_followed_through_renaming_and_swapping():
    class Two[A, B]:
        def __init__(self, a: A, b: Callable[[], B]) -> None:
            self.a, self.b = a, b

    class Swapped[C, D](Two[D, C]): ...

    class Closed(Swapped[Engine, Wheel]): ...

    closed = Container().resolve(Closed)
    assert (type(closed.a), type(closed.b())) == (Wheel, Engine)


def test_edge_6_a_protocol_before_a_class_hides_its_constructor_neither_before_nor_after():
    class Plane(Flying, Powered):
        def fly(self) -> None: ...

    assert isinstance(Container().resolve(Plane).engine, Engine)
    assert isinstance(Container().resolve(Plane).engine, Engine)


def test_edge_6_a_class_that_only_implements_a_protocol_needs_nothing():
    class Bird(Flying):
        def fly(self) -> None: ...

    for _ in range(2):
        assert isinstance(Container().resolve(Bird), Bird)


def test_edge_6_a_protocol_may_have_a_constructor():
    class Motor(Protocol):
        def __init__(self, engine: Engine) -> None:
            self.engine = engine

    class Kit(Motor, Protocol): ...

    class Glider(Kit): ...

    for _ in range(2):
        assert isinstance(Container().resolve(Glider).engine, Engine)


def test_edge_6_a_generic_protocol_hides_no_constructor():
    class Loader[Item](Protocol):
        def load(self) -> Item: ...

    class Disk(Loader[int], Powered):
        def load(self) -> int:
            return 1

    assert isinstance(Container().resolve(Disk).engine, Engine)


def test_edge_7_new_is_read_where_it_is_nearer_than_init():
    class Cached(Powered):
        def __new__(cls, wheel: Wheel):
            made = super().__new__(cls)
            made.wheel = wheel
            return made

        def __init__(self, *args: object, **kwargs: object) -> None: ...

    assert isinstance(Container().resolve(Cached).wheel, Wheel)


def test_edge_7_a_metaclass_that_passes_everything_on_hides_nothing():
    class Counting(type):
        def __call__(cls, *args, **kwargs):
            cls.made = getattr(cls, "made", 0) + 1
            return super().__call__(*args, **kwargs)

    class Car(Powered, metaclass=Counting): ...

    assert isinstance(Container().resolve(Car).engine, Engine)
    assert Car.made == 1


def test_edge_7_a_metaclass_may_ask_for_services_itself():
    class Fitting(type):
        def __call__(cls, wheel: Wheel):
            made = super().__call__()
            made.wheel = wheel
            return made

    class Car(metaclass=Fitting): ...

    assert isinstance(Container().resolve(Car).wheel, Wheel)


@pytest.mark.parametrize("implementation", [Flying, Shape])
@pytest.mark.parametrize("register", [Container.register, Container.override])
def test_edge_7_an_abstract_implementation_is_refused_at_once(register, implementation):
    container = Container()
    container.register(Powered)
    with pytest.raises(InvalidRegistrationError, match="is abstract") as caught:
        register(container, Powered, implementation)
    assert "test_constructors.py:" in str(caught.value)
    assert "Pass a class that implements it." in str(caught.value)
    assert isinstance(container.resolve(Powered), Powered)


def test_edge_7_a_class_that_leaves_a_method_abstract_is_refused_as_a_key_alone():
    class Half(Shape, metaclass=ABCMeta):
        def __init__(self, engine: Engine) -> None: ...

    container = Container()
    with pytest.raises(InvalidRegistrationError, match="Half is abstract"):
        container.register(Half)
    with pytest.raises(UnregisteredDependencyError, match="Half, and it is abstract"):
        container.resolve(Half)


def test_edge_8_a_dataclass_is_built_from_its_fields():
    @dataclass(kw_only=True, slots=True)
    class Car:
        engine: Engine
        wheels: list[str] = field(default_factory=list)
        spare: Wheel | None = None
        serial: int = field(init=False, default=7)

    one, other = Container().resolve(Car), Container().resolve(Car)
    assert (type(one.engine), one.wheels, one.spare, one.serial) == (Engine, [], None, 7)
    assert one.wheels is not other.wheels


def test_edge_8_a_value_for_init_only_is_delivered():
    @dataclass(frozen=True)
    class Car:
        engine: InitVar[Engine]
        power: list[type] = field(init=False, default_factory=list)

        def __post_init__(self, engine: Engine) -> None:
            self.power.append(type(engine))

    assert Container().resolve(Car).power == [Engine]


def test_edge_8_a_default_factory_gives_way_to_a_registered_type():
    @dataclass
    class Car:
        engine: Engine = field(default_factory=lambda: None)

    container = Container()
    assert container.resolve(Car).engine is None
    container.register(Engine)
    assert isinstance(container.resolve(Car).engine, Engine)


def test_edge_8_a_generic_dataclass_knows_its_types():
    @dataclass
    class Box[Content]:
        content: Content

    assert isinstance(Container().resolve(Box[Engine]).content, Engine)


def test_edge_8_a_named_tuple_is_built_from_its_fields():
    class Car(NamedTuple):
        engine: Engine
        doors: int = 4

    car = Container().resolve(Car)
    assert (type(car.engine), car.doors) == (Engine, 4)


def test_edge_8_attrs_classes_are_built_from_their_fields():
    @attrs.define
    class Car:
        engine: Engine
        _wheel: Wheel  # its parameter is named `wheel`
        spare: Wheel = attrs.field(alias="extra")
        doors: list[int] = attrs.field(factory=list, kw_only=True)

    car = Container().resolve(Car)
    assert [type(part) for part in attrs.astuple(car, recurse=False)[:3]] == [Engine, Wheel, Wheel]
    assert car.doors == []


def test_edge_8_pydantic_models_are_built_from_their_fields():
    class Base(BaseModel):
        model_config = ConfigDict(arbitrary_types_allowed=True)
        engine: Engine

    class Car(Base):
        wheel: Annotated[Wheel, "front"]
        spare: Wheel = Field(alias="extra")
        doors: Annotated[int, Field(gt=0)] = 4

    container = Container()
    container.register(Annotated[Wheel, "front"], Wheel)
    car = container.resolve(Car)
    assert [type(part) for part in (car.engine, car.wheel, car.spare)] == [Engine, Wheel, Wheel]
    assert car.doors == 4


def test_edge_8_pydantic_dataclasses_are_built_from_their_fields():
    @pydantic_dataclass(config=ConfigDict(arbitrary_types_allowed=True))
    class Car:
        engine: Engine
        doors: Annotated[int, Field(gt=0)] = 4

    car = Container().resolve(Car)
    assert (type(car.engine), car.doors) == (Engine, 4)


def test_edge_8_a_pydantic_model_with_a_value_to_be_given_says_which():
    class Car(BaseModel):
        doors: int

    with pytest.raises(UnregisteredDependencyError, match=r"doors: int"):
        Container().resolve(Car)


def test_edge_8_settings_read_their_environment(monkeypatch):
    class Settings(BaseSettings):
        url: str
        size: int | None = None

    monkeypatch.setenv("URL", "sqlite://")
    container = Container()
    container.register(Settings, scope="singleton")
    assert container.resolve(Settings).url == "sqlite://"
    assert Container().resolve(Settings).size is None
