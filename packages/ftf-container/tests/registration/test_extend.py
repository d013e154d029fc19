"""Decorating what the container delivers."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Protocol

import pytest

from ftf.container import AsyncDependencyError, Container, InvalidRegistrationError


class Mailer(Protocol):
    def trace(self) -> str: ...


class Smtp:
    closed = False

    def trace(self) -> str:
        return "smtp"

    def close(self) -> None:
        assert not self.closed
        self.closed = True


class Wrapped:
    def __init__(self, inner: Mailer, mark: str) -> None:
        self.inner = inner
        self.mark = mark

    def trace(self) -> str:
        return f"{self.mark}({self.inner.trace()})"


class Repository[T]: ...


class Newsletter:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer


def mark(name: str):
    return lambda mailer, container: Wrapped(mailer, name)


def amark(name: str):
    async def decorate(mailer: Mailer, container: Container) -> Mailer:
        return Wrapped(mailer, name)

    return decorate


@pytest.fixture
def container():
    container = Container()
    container.register(Mailer, Smtp)
    return container


async def test_each_instance_passes_through_the_extensions_in_order(container):
    container.extend(Mailer, mark("first"))
    container.extend(Mailer, mark("second"))
    for made in (container.resolve(Newsletter), await container.aresolve(Newsletter)):
        assert made.mailer.trace() == "second(first(smtp))"


@pytest.mark.parametrize("lifetime", ["singleton", "scoped", "transient"])
async def test_what_is_kept_passes_once(lifetime):
    container, passed = Container(), []
    container.register(Mailer, Smtp, scope=lifetime)
    container.extend(Mailer, lambda mailer, _: passed.append(mailer) or mailer)
    async with container.scoped_context() as scope:
        assert scope.resolve(Mailer).trace() == (await scope.aresolve(Mailer)).trace() == "smtp"
    assert len(passed) == (2 if lifetime == "transient" else 1)


async def test_an_async_extension_makes_the_service_async(container):
    container.extend(Mailer, amark("first"))
    container.extend(Mailer, mark("second"))
    with pytest.raises(AsyncDependencyError, match="Mailer has to be awaited"):
        container.resolve(Newsletter)
    assert (await container.aresolve(Newsletter)).mailer.trace() == "second(first(smtp))"


async def test_an_extension_decorates_what_an_async_factory_or_a_generator_makes(container):
    async def open_smtp() -> Smtp:
        return Smtp()

    def lend_smtp() -> Iterator[Smtp]:
        yield Smtp()

    container.extend(Mailer, mark("first"))
    for factory in (open_smtp, lend_smtp):
        container.register(Mailer, factory)
        async with container.scoped_context() as scope:
            assert (await scope.aresolve(Mailer)).trace() == "first(smtp)"


def test_an_extension_is_given_the_container(container):
    container.instance(str, "named")
    container.extend(Mailer, lambda mailer, c: Wrapped(mailer, c.resolve(str)))
    assert container.resolve(Mailer).trace() == "named(smtp)"


def test_an_extension_may_come_before_the_registration_and_outlasts_a_new_one():
    container = Container()
    container.extend(Mailer, mark("first"))
    container.register(Mailer, Smtp)
    assert container.resolve(Mailer).trace() == "first(smtp)"
    container.register(Mailer, lambda: Wrapped(Smtp(), "other"))
    assert container.resolve(Mailer).trace() == "first(other(smtp))"


def test_an_extension_of_a_class_that_is_not_registered_is_applied():
    container = Container()
    container.extend(Newsletter, lambda newsletter, _: newsletter.mailer)
    container.register(Mailer, Smtp)
    assert container.resolve(Newsletter).trace() == "smtp"


def test_a_ready_object_is_decorated_at_once():
    container, smtp = Container(), Smtp()
    container.instance(Mailer, smtp)
    container.extend(Mailer, mark("first"))
    made = container.resolve(Newsletter).mailer
    assert made.trace() == "first(smtp)"
    assert made.inner is smtp
    assert container.resolve(Mailer) is made


def test_a_singleton_that_was_built_is_decorated_at_once_and_anew_after_a_reset():
    container = Container()
    container.register(Mailer, Smtp, scope="singleton")
    smtp = container.resolve(Mailer)
    container.extend(Mailer, mark("first"))
    assert container.resolve(Mailer).inner is smtp
    assert container.resolve(Mailer) is container.resolve(Newsletter).mailer
    container.extend(Mailer, mark("second"))
    assert container.resolve(Mailer).trace() == "second(first(smtp))"
    container.reset_singletons()
    assert container.resolve(Mailer).trace() == "second(first(smtp))"
    assert smtp.closed


@pytest.mark.parametrize("ready", [True, False])
async def test_what_exists_already_cannot_be_decorated_by_an_async_function(ready):
    container = Container()
    if ready:
        container.instance(Mailer, Smtp())
    container.register(Newsletter, scope="singleton")
    if not ready:
        container.register(Mailer, Smtp, scope="singleton")
        container.resolve(Mailer)
    with pytest.raises(InvalidRegistrationError, match=r"It exists already\.\n.*Mailer"):
        container.extend(Mailer, amark("first"))
    assert container.resolve(Mailer).trace() == "smtp"
    await container.dispose_all()


def test_an_extension_that_fails_on_what_exists_is_not_taken_up():
    container = Container()
    container.register(Mailer, Smtp, scope="singleton")
    smtp = container.resolve(Mailer)
    with pytest.raises(ZeroDivisionError, match="zero"):
        container.extend(Mailer, lambda mailer, _: 1 / 0)
    assert container.resolve(Mailer) is smtp
    container.reset_singletons()
    assert container.resolve(Mailer).trace() == "smtp"


async def test_a_singleton_whose_extension_fails_is_not_kept_and_what_it_decorates_is_closed():
    container, made = Container(), []
    container.register(Mailer, Smtp, scope="singleton")
    answers = iter([ZeroDivisionError("first"), None])

    def decorate(mailer: Smtp, _: Container) -> Smtp:
        made.append(mailer)
        if (answer := next(answers)) is not None:
            raise answer
        return mailer

    container.extend(Mailer, decorate)
    with pytest.raises(ZeroDivisionError, match="first"):
        container.resolve(Mailer)
    assert container.resolve(Mailer) is made[1]
    await container.dispose_all()
    assert [each.closed for each in made] == [True, True]


async def test_what_is_decorated_is_closed_once_however_often_it_is_wrapped():
    container = Container()
    container.register(Mailer, Smtp, scope="singleton")
    container.extend(Mailer, mark("first"))
    container.extend(Mailer, lambda mailer, _: mailer.inner)
    smtp = container.resolve(Mailer)
    await container.dispose_all()
    assert smtp.closed


def test_an_override_is_delivered_without_the_extensions(container):
    container.extend(Mailer, mark("first"))
    with container.override(Mailer, lambda: Wrapped(Smtp(), "fake")):
        assert container.resolve(Newsletter).mailer.trace() == "fake(smtp)"
    with container.override_instance(Mailer, Smtp()):
        assert container.resolve(Mailer).trace() == "smtp"
    assert container.resolve(Mailer).trace() == "first(smtp)"


def test_an_extension_made_under_an_override_holds_afterwards():
    container = Container()
    container.register(Mailer, Smtp, scope="singleton")
    smtp = container.resolve(Mailer)
    with container.override(Mailer, lambda: Wrapped(Smtp(), "fake")):
        container.extend(Mailer, mark("first"))
        assert container.resolve(Mailer).trace() == "fake(smtp)"
    assert container.resolve(Mailer).trace() == "first(smtp)"
    assert container.resolve(Mailer).inner is smtp


def test_an_extension_of_an_open_generic_reaches_its_closed_forms():
    container = Container()
    container.register(Repository)
    container.extend(Repository, lambda repository, _: ("open", repository))
    container.extend(Repository[int], lambda repository, _: ("closed", repository))
    assert container.resolve(Repository[str])[0] == "open"
    assert container.resolve(Repository[int])[0] == "closed"
    assert container.resolve(Repository[int])[1][0] == "open"


def test_a_late_extension_reaches_those_who_were_delivered_without_it(container):
    assert container.resolve(Newsletter).mailer.trace() == "smtp"
    container.extend(Mailer, mark("late"))
    assert container.resolve(Newsletter).mailer.trace() == "late(smtp)"


def test_a_decorator_that_yields_is_refused():
    def decorate(made, container):
        yield made

    container = Container()
    with pytest.raises(InvalidRegistrationError, match="cannot yield"):
        container.extend(list, decorate)


def test_edge_51_a_decorator_given_while_a_singleton_is_built_is_not_lost(container):
    building, extended = Event(), Event()

    def open_mailer() -> Smtp:
        building.set()
        assert extended.wait(30)
        return Smtp()

    container.register(Mailer, open_mailer, scope="singleton")
    with ThreadPoolExecutor() as pool:
        first = pool.submit(container.resolve, Mailer)
        assert building.wait(30)
        container.extend(Mailer, mark("a"))
        extended.set()
        first.result()
    assert container.resolve(Mailer).trace() == "a(smtp)"


@pytest.mark.parametrize("kind", ["value", "built"])
def test_edge_51_decorators_given_at_the_same_time_are_all_kept(container, kind):
    inside, extended = Event(), Event()

    def slow(mailer: Mailer, _: Container) -> Mailer:
        inside.set()
        assert extended.wait(30)
        return Wrapped(mailer, "slow")

    if kind == "value":
        container.instance(Mailer, Smtp())
    else:
        container.register(Mailer, Smtp, scope="singleton")
        container.resolve(Mailer)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(container.extend, Mailer, slow)
        assert inside.wait(30)
        container.extend(Mailer, mark("quick"))
        extended.set()
        first.result()
    assert container.resolve(Mailer).trace() == "slow(quick(smtp))"


def test_edge_51_a_decorator_may_wait_for_a_thread_that_resolves(container):
    container.register(Mailer, Smtp, scope="singleton")
    container.register(Repository, scope="singleton")
    container.resolve(Mailer)
    with ThreadPoolExecutor() as pool:

        def decorate(mailer: Mailer, container: Container) -> Mailer:
            pool.submit(container.resolve, Repository).result(30)
            return Wrapped(mailer, "a")

        container.extend(Mailer, decorate)
    assert container.resolve(Mailer).trace() == "a(smtp)"
