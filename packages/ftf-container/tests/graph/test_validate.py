"""What `validate` finds, of everything registered or of some keys."""

import re

import pytest
from services import Mailer, Session, Smtp

from ftf.container import (
    CaptiveDependencyError,
    Container,
    GraphError,
    InvalidRegistrationError,
    ServiceProvider,
    UnregisteredDependencyError,
)


class Cache:
    def __init__(self, session: Session) -> None: ...


class Report:
    def __init__(self, mailer: Mailer) -> None: ...


class Broken:
    def __init__(self, name) -> None: ...


@pytest.fixture
def container():
    container = Container()
    container.register(Session, scope="scoped")
    container.register(Cache, scope="singleton")
    return container


def faults_of(container: Container, *keys: object) -> list[tuple[type, object]]:
    with pytest.raises(GraphError, match=r"Some services cannot be built: ") as caught:
        container.validate(*keys)
    return [(type(fault), fault.path[0].key) for fault in caught.value.faults]


def test_the_faults_of_some_keys_are_reported_at_once(container):
    assert faults_of(container, Report, Session, Cache, Broken) == [
        (UnregisteredDependencyError, Report),
        (CaptiveDependencyError, Cache),
        (InvalidRegistrationError, Broken),
    ]


def test_what_was_not_asked_about_is_not_reported(container):
    container.validate(Session, Smtp)
    assert faults_of(container, Broken) == [(InvalidRegistrationError, Broken)]


def test_without_keys_everything_registered_is_checked(container):
    container.register(Broken)
    assert faults_of(container) == [
        (CaptiveDependencyError, Cache),
        (InvalidRegistrationError, Broken),
    ]


def test_a_key_that_is_no_key_is_a_fault_like_the_others(container):
    assert faults_of(container, {}, Report) == [
        (InvalidRegistrationError, {}),
        (UnregisteredDependencyError, Report),
    ]


def test_of_a_union_what_a_parameter_would_get_is_checked(container):
    container.validate(Mailer | None, Session | Mailer)
    assert faults_of(container, Mailer | Report) == [(UnregisteredDependencyError, Mailer | Report)]
    container.register(Report)
    assert faults_of(container, Mailer | Report) == [(UnregisteredDependencyError, Report)]


def test_what_a_provider_registers_while_the_registered_is_checked_is_checked_as_well(container):
    class Late(ServiceProvider):
        provides = (Mailer,)

        def register(self, container: Container) -> None:
            container.register(Mailer, Smtp)
            container.register(Broken)

    container.register(Session)
    container.register(Report)
    container.add_provider(Late())
    assert faults_of(container) == [(InvalidRegistrationError, Broken)]


def test_a_remedy_for_built_in_types_does_not_register_them(container):
    class Invoice:
        def __init__(self, number: int) -> None: ...

    with pytest.raises(UnregisteredDependencyError) as caught:
        container.resolve(Invoice)
    assert caught.value.reason == "built-in types are never created automatically"
    assert caught.value.remedy == (
        'Annotate it `Annotated[int, "..."]` and register '
        '`container.instance(Annotated[int, "..."], ...)`, '
        "or register a factory for what needs it."
    )
    assert str(caught.value).endswith(caught.value.remedy)


@pytest.mark.parametrize(
    ("key", "reason", "remedy"),
    [
        ("Needs", "it is a text", "Pass the class Needs itself, not its name."),
        (3, "it is not a class", "Register it: `container.register(3, ...)`."),
        (Mailer, "it is abstract", "Register it: `container.register(Mailer, ...)`."),
    ],
)
def test_a_remedy_fits_what_was_asked_for(container, key, reason, remedy):
    with pytest.raises(UnregisteredDependencyError, match=re.escape(reason)) as caught:
        container.resolve(key)
    assert (caught.value.reason, caught.value.remedy) == (reason, remedy)


def test_the_error_for_a_value_instead_of_a_factory_names_instance(container):
    with pytest.raises(InvalidRegistrationError, match="3 is not a class or function") as caught:
        container.register(int, 3)
    assert "For a value, use `container.instance` or" in caught.value.remedy
