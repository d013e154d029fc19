"""Contextual bindings: what some consumers get instead of a key."""

from typing import Annotated, NewType, Protocol

import pytest

from ftf.container import (
    AsyncDependencyError,
    CircularDependencyError,
    Container,
    InvalidRegistrationError,
    UnregisteredDependencyError,
)


class Mailer(Protocol):
    name: str


class Smtp:
    name = "smtp"


class Bulk:
    name = "bulk"


class Fake:
    name = "fake"


class Report:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer


class Invoice:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer


class Office:
    def __init__(self, report: Report, mailer: Mailer) -> None:
        self.report = report
        self.mailer = mailer


Quick = NewType("Quick", Mailer)
type Fast = Annotated[Mailer, "bulk"]


def open_bulk() -> Bulk:
    return Bulk()


@pytest.fixture
def container():
    container = Container()
    container.register(Mailer, Smtp)
    container.register(Annotated[Mailer, "bulk"], Bulk, scope="singleton")
    container.register(Quick, Bulk)
    return container


@pytest.mark.parametrize("instead", [Annotated[Mailer, "bulk"], Fast, Bulk, Quick, open_bulk])
async def test_a_consumer_gets_something_else_and_others_do_not(container, instead):
    container.when(Report).needs(Mailer).give(instead)
    for office in (container.resolve(Office), await container.aresolve(Office)):
        assert (office.report.mailer.name, office.mailer.name) == ("bulk", "smtp")
    assert container.resolve(Invoice).mailer.name == "smtp"


def test_a_key_is_given_with_its_lifetime_and_a_function_is_called_each_time(container):
    bulk = Annotated[Mailer, "bulk"]
    container.when(Report).needs(Mailer).give(bulk)
    container.when(Invoice).needs(Mailer).give(open_bulk)
    assert container.resolve(Report).mailer is container.resolve(bulk)
    assert container.resolve(Invoice).mailer is not container.resolve(Invoice).mailer


def test_several_consumers_are_named_at_once(container):
    container.when(Report, Invoice).needs(Mailer).give(Bulk)
    assert container.resolve(Report).mailer.name == "bulk"
    assert container.resolve(Invoice).mailer.name == "bulk"


def test_what_was_said_last_counts_and_reaches_those_delivered_before(container):
    assert container.resolve(Report).mailer.name == "smtp"
    container.when(Report).needs(Mailer).give(Bulk)
    assert container.resolve(Report).mailer.name == "bulk"
    container.when(Report).needs(Mailer).give(Smtp)
    assert container.resolve(Report).mailer.name == "smtp"


async def test_a_function_can_be_the_consumer(container):
    def send(mailer: Mailer) -> str:
        return mailer.name

    async def asend(mailer: Mailer) -> str:
        return mailer.name

    container.when(send, asend).needs(Mailer).give(Bulk)
    assert container.call(send) == await container.acall(asend) == "bulk"


def test_a_factory_and_an_implementation_can_be_the_consumer(container):
    class Monthly(Report): ...

    def open_invoice(mailer: Mailer) -> Invoice:
        return Invoice(mailer)

    container.register(Report, Monthly)
    container.register(Invoice, open_invoice)
    container.when(Monthly, open_invoice).needs(Mailer).give(Bulk)
    assert container.resolve(Report).mailer.name == "bulk"
    assert container.resolve(Invoice).mailer.name == "bulk"


def test_a_function_that_is_given_gets_its_own_services(container):
    def make(office: Invoice) -> Bulk:
        assert office.mailer.name == "smtp"
        return Bulk()

    container.when(Report).needs(Mailer).give(make)
    assert container.resolve(Report).mailer.name == "bulk"


async def test_an_async_function_that_is_given_has_to_be_awaited(container):
    async def make() -> Bulk:
        return Bulk()

    container.when(Report).needs(Mailer).give(make)
    with pytest.raises(AsyncDependencyError, match="Mailer has to be awaited"):
        container.resolve(Report)
    assert (await container.aresolve(Report)).mailer.name == "bulk"


def test_a_key_that_is_not_registered_can_be_given():
    class Greeter:
        def __init__(self, greeting: str, *, excited: bool = False) -> None:
            self.text = greeting + "!" * excited

    container = Container()
    container.when(Greeter).needs(str).give(lambda: "hello")
    container.when(Greeter).needs(bool).give(lambda: True)
    assert container.resolve(Greeter).text == "hello!"
    with pytest.raises(UnregisteredDependencyError, match="Nothing is registered for str"):
        container.resolve(str)


def test_a_union_is_satisfied_by_what_is_given_for_one_of_its_members(container):
    class Sender:
        def __init__(self, mailer: Mailer | None = None) -> None:
            self.mailer = mailer

    container.when(Sender).needs(Mailer).give(Bulk)
    assert container.resolve(Sender).mailer.name == "bulk"


def test_an_override_of_what_is_given_reaches_the_consumer_and_one_of_what_is_asked_does_not(
    container,
):
    bulk = Annotated[Mailer, "bulk"]
    container.when(Report).needs(Mailer).give(bulk)
    with container.override(bulk, Fake):
        assert container.resolve(Report).mailer.name == "fake"
    with container.override(Mailer, Fake):
        assert container.resolve(Report).mailer.name == "bulk"
        assert container.resolve(Invoice).mailer.name == "fake"


def test_a_consumer_that_is_overridden_gets_what_the_override_asks_for(container):
    class FakeReport(Report): ...

    container.when(Report).needs(Mailer).give(Bulk)
    with container.override(Report, FakeReport):
        assert container.resolve(Report).mailer.name == "bulk"


def test_a_decorator_can_be_given_what_it_stands_for(container):
    class Logged:
        def __init__(self, mailer: Mailer) -> None:
            self.inner = mailer

    container.register(Mailer, Logged)
    with pytest.raises(CircularDependencyError, match="Mailer needs itself"):
        container.resolve(Mailer)
    container.when(Logged).needs(Mailer).give(Smtp)
    assert container.resolve(Mailer).inner.name == "smtp"


def test_what_can_never_be_given_is_refused(container):
    with pytest.raises(InvalidRegistrationError, match=r"\[\] is not hashable"):
        container.when(Report).needs(Mailer).give([])
    with pytest.raises(InvalidRegistrationError, match="is annotated to return int, not Smtp"):

        def number() -> int:
            return 1

        container.when(Report).needs(Smtp).give(number)
    assert container.resolve(Report).mailer.name == "smtp"


def test_what_is_given_but_cannot_be_built_is_an_error_with_its_path(container):
    container.when(Report).needs(Mailer).give(Annotated[Mailer, "missing"])
    with pytest.raises(UnregisteredDependencyError, match="missing") as caught:
        container.resolve(Office)
    assert [step.key for step in caught.value.path] == [
        Office,
        Report,
        Annotated[Mailer, "missing"],
    ]
