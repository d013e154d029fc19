"""One clear error for each mistake: what, where, how to fix it, and nothing half done."""

from collections.abc import Iterator
from functools import partial
from inspect import getsourcelines
from typing import Any, Protocol, TypeVar

import pytest
from services import Engine

from ftf.container import (
    Container,
    DependencyResolutionError,
    InvalidRegistrationError,
    ScopeClosedError,
    ServiceProvider,
    UnregisteredDependencyError,
)


class Motor(Protocol): ...


class Car:
    def __init__(self, engine: Engine) -> None:
        self.engine = engine


class Loose:
    def __init__(self, engine) -> None: ...


class Unreadable:
    def __init__(self, engine: "Missing") -> None: ...  # noqa: F821


class Named:
    def __init__(self, name: str) -> None: ...


class Counted:
    def __init__(self, count: int) -> None: ...


def make_loose(engine) -> Car: ...


def make_number() -> int: ...


def make_generator() -> Car:
    yield Car(Engine())


class Maker:
    def __call__(self, engine) -> Car: ...


def place(source: object) -> str:
    return f"test_bad_input.py:{getsourcelines(source)[1]}"


@pytest.mark.parametrize(
    ("cls", "problem", "remedy"),
    [
        (Loose, "Parameter 'engine' of Loose has no annotation.", "Annotate it with a registered"),
        (Unreadable, "annotated 'Missing', which cannot be evaluated", "or give it a default."),
        (Named, "Nothing is registered for str", "`container.instance(Annotated[str, "),
        (Counted, "Nothing is registered for int", "`container.instance(Annotated[int, "),
    ],
)
def test_a_constructor_that_cannot_be_followed_is_one_clear_error(cls, problem, remedy):
    class Outer:
        def __init__(self, inner: cls) -> None: ...

    container = Container()
    container.register(Outer)
    for ask in (container.validate, lambda: container.resolve(Outer)):
        with pytest.raises(DependencyResolutionError, match=problem) as caught:
            ask()
        text = str(caught.value)
        assert "inner: " in text
        assert cls.__name__ in text
        assert place(cls) in text
        assert remedy in text
    assert isinstance(container.resolve(Car), Car)


@pytest.mark.parametrize(
    ("factory", "source"),
    [
        (make_loose, make_loose),
        (partial(make_loose), make_loose),
        (Maker(), Maker.__call__),
        (Maker().__call__, Maker.__call__),
    ],
)
def test_a_factory_that_cannot_be_followed_says_where_it_is(factory, source):
    container = Container()
    container.register(Car, factory)
    with pytest.raises(
        InvalidRegistrationError, match="'engine' of Car has no annotation"
    ) as caught:
        container.resolve(Car)
    assert place(source) in str(caught.value)


@pytest.mark.parametrize(
    ("key", "implementation", "problem", "remedy"),
    [
        (Car, Motor, "Motor is abstract", "Pass a class that implements it."),
        (Motor, None, "Motor is abstract", "Pass a class that implements it."),
        (Car, 42, "42 is not a class or function", "Pass a class or function that makes it."),
        (42, None, "42 is not a class", r"`container.register\(42, ...\)`"),
        (make_loose, None, "make_loose is not a class", r"`container.register\(..., make_loose\)`"),
        (
            Car,
            make_number,
            "make_number is annotated to return int, not Car",
            "Fix the annotation",
        ),
        (Car, make_generator, r"to return Car, not Iterator\[Car\]", "Fix the annotation"),
        (Any, Car, "Any is not a key", "Use one type as the key."),
        (object, Car, "object is not a key", "Use one type as the key."),
        (TypeVar("T"), Car, "T is not a key", "Use one type as the key."),
        ([], Car, r"\[\] is not hashable", "Use a type as the key."),
    ],
)
def test_a_registration_that_can_never_work_is_refused(key, implementation, problem, remedy):
    container = Container()
    container.register(Car)
    with pytest.raises(InvalidRegistrationError, match=problem) as caught:
        container.register(key, implementation)
    with pytest.raises(InvalidRegistrationError, match=remedy):
        raise caught.value
    assert isinstance(container.resolve(Car), Car)
    container.validate()


@pytest.mark.parametrize("key", [Any, object])
def test_a_ready_object_under_a_key_that_anything_fits_is_refused(key):
    with pytest.raises(InvalidRegistrationError, match="is not a key: it stands for any number"):
        Container().instance(key, 5)


@pytest.mark.parametrize("bad", [Motor, 42, make_number])
def test_a_bad_replacement_leaves_what_there_was(bad):
    container = Container()
    container.register(Car, scope="singleton")
    car = container.resolve(Car)
    for replace in (container.register, container.override, container.override_context):
        with pytest.raises(InvalidRegistrationError, match=r"abstract|not a class|to return int"):
            replace(Car, bad)
        assert container.resolve(Car) is car


def test_an_override_of_nothing_is_refused():
    container = Container()
    for override in (container.override, container.override_context, container.override_instance):
        with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for Motor"):
            override(Motor, Car)
    assert Motor not in container


def test_values_of_a_scope_are_taken_all_or_none():
    container = Container()
    container.register(Car, scope="singleton")
    with pytest.raises(InvalidRegistrationError, match="Car is registered as singleton") as caught:
        container.scoped_context({Engine: Engine(), Car: 5})
    assert place(Car) in str(caught.value)
    assert 'Register it with scope="scoped" to give it to scopes.' in str(caught.value)
    assert Engine not in container
    assert isinstance(container.resolve(Car).engine, Engine)


def test_exceptions_of_consumers_are_taken_all_or_none():
    container = Container()
    other = Engine()
    with pytest.raises(InvalidRegistrationError, match=r"\[\] is not hashable"):
        container.when(Car, []).needs(Engine).give(lambda: other)
    with pytest.raises(InvalidRegistrationError, match="make_number is annotated to return int"):
        container.when(Car).needs(Engine).give(make_number)
    assert container.resolve(Car).engine is not other


def test_keys_of_a_deferred_provider_are_taken_all_or_none():
    class Cars(ServiceProvider):
        provides = Motor, []

        def register(self, container: Container) -> None:
            raise AssertionError("nobody asked for that")

    container = Container()
    with pytest.raises(InvalidRegistrationError, match=r"\[\] is not hashable"):
        container.add_provider(Cars())
    assert Motor not in container


@pytest.mark.parametrize("key", [Car, "car", 42, Motor])
async def test_nothing_is_delivered_from_a_scope_that_ended(key):
    container = Container()
    with container.scoped_context() as scope:
        pass
    with pytest.raises(ScopeClosedError, match="was asked for from a scope that has ended") as sync:
        scope.resolve(key)
    with pytest.raises(ScopeClosedError, match="Open a scope of its own") as awaited:
        await scope.aresolve(key)
    for error in (sync.value, awaited.value):
        assert error.key == key
        assert key is not Car or place(Car) in str(error)


def test_nothing_is_called_from_a_scope_that_ended():
    def drive(car: Car) -> Iterator[Car]: ...

    with Container().scoped_context() as scope:
        pass
    with pytest.raises(ScopeClosedError, match="drive was asked for from a scope") as caught:
        scope.call(drive)
    assert place(drive) in str(caught.value)
