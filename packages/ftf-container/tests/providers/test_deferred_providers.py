"""Service providers that register when one of their services is wanted."""

import asyncio

import pytest
from services import Journal, Mailer, Smtp

from ftf.container import (
    AsyncDependencyError,
    Container,
    InvalidRegistrationError,
    ServiceProvider,
)


class Queue: ...


class Newsletter:
    def __init__(self, mailer: Mailer) -> None:
        self.mailer = mailer


type Alias = Mailer


class Deferred(ServiceProvider):
    provides = (Mailer, Queue)

    def register(self, container: Container) -> None:
        container.resolve(Journal).append("registered")
        container.register(Mailer, Smtp, scope="singleton")
        container.register(Queue, scope="singleton")


class SyncDeferred(Deferred):
    def boot(self, journal: Journal, queue: Queue) -> None:
        journal.append("booted")


class AsyncDeferred(Deferred):
    async def boot(self, journal: Journal, queue: Queue) -> None:
        await asyncio.sleep(0)
        journal.append("booted")


async def test_a_deferred_provider_registers_when_one_of_its_keys_is_asked_for(container, journal):
    container.add_provider(Deferred())
    await container.boot()
    assert journal == []
    assert container.resolve(Queue) is container.resolve(Queue)
    assert journal == ["registered"]
    assert type(container.resolve(Mailer)) is Smtp
    assert journal == ["registered"]


@pytest.mark.parametrize("use", ["parameter", "explain", "call", "override", "collection", "alias"])
def test_a_deferred_provider_is_loaded_by_every_way_to_need_it(container, journal, use):
    container.add_provider(Deferred())
    assert Mailer in container

    def needs(mailer: Mailer) -> object:
        return mailer

    if use == "parameter":
        assert type(container.resolve(Newsletter).mailer) is Smtp
    elif use == "explain":
        assert "Mailer" in str(container.explain(Newsletter))
    elif use == "call":
        assert type(container.call(needs)) is Smtp
    elif use == "override":
        with container.override(Mailer, Queue):
            assert type(container.resolve(Newsletter).mailer) is Queue
    elif use == "collection":
        assert len(container.resolve(list[Mailer])) == 1
    else:
        assert type(container.resolve(Alias)) is Smtp
    assert journal == ["registered"]


def test_a_deferred_provider_may_name_an_alias(container, journal):
    class Aliased(Deferred):
        provides = (Alias,)

    container.add_provider(Aliased())
    assert type(container.resolve(Newsletter).mailer) is Smtp
    assert container.resolve(Mailer) is container.resolve(Newsletter).mailer
    assert journal == ["registered"]


def test_a_registration_of_ones_own_goes_before_a_deferred_provider(container, journal):
    container.add_provider(Deferred())
    container.register(Mailer, Queue)
    assert type(container.resolve(Mailer)) is Queue
    assert journal == []


def test_validating_does_not_load_what_no_service_needs(container, journal):
    container.add_provider(Deferred())
    container.validate()
    assert journal == []
    container.register(Newsletter)
    container.validate()
    assert journal == ["registered"]


def test_a_deferred_provider_that_does_not_register_what_it_provides_is_an_error(container):
    class Liar(ServiceProvider):
        provides = (Mailer,)

    container.add_provider(Liar())
    with pytest.raises(InvalidRegistrationError, match="Liar provides Mailer, but does not"):
        container.resolve(Newsletter)


def test_a_deferred_provider_that_fails_to_register_is_asked_again(container, journal):
    answers = iter([ValueError("no configuration"), None])

    class Flaky(Deferred):
        def register(self, container: Container) -> None:
            if (answer := next(answers)) is not None:
                raise answer
            super().register(container)

    container.add_provider(Flaky())
    with pytest.raises(ValueError, match="no configuration"):
        container.resolve(Newsletter)
    assert Mailer in container
    assert type(container.resolve(Newsletter).mailer) is Smtp
    assert journal == ["registered"]


@pytest.mark.parametrize("deferred", [SyncDeferred, AsyncDeferred])
async def test_a_deferred_provider_that_was_loaded_before_the_boot_boots_with_the_others(
    container, journal, deferred
):
    container.add_provider(deferred())
    container.resolve(Mailer)
    assert journal == ["registered"]
    await container.boot()
    assert journal == ["registered", "booted"]


def test_a_late_deferred_provider_boots_before_what_it_provides_is_delivered(container, journal):
    async def booted() -> None:
        await container.boot()

    asyncio.run(booted())
    container.add_provider(SyncDeferred())
    assert journal == []
    assert type(container.resolve(Mailer)) is Smtp
    assert journal == ["registered", "booted"]
    container.resolve(Queue)
    assert journal == ["registered", "booted"]


async def test_a_late_deferred_provider_with_an_async_boot_names_the_awaiting_door(
    container, journal
):
    await container.boot()
    container.add_provider(AsyncDeferred())
    with pytest.raises(
        AsyncDependencyError, match=r"AsyncDeferred has to be awaited\.\n.*\n.*aresolve"
    ):
        container.resolve(Mailer)
    with pytest.raises(AsyncDependencyError, match="AsyncDeferred has to be awaited"):
        container.resolve(Mailer)
    assert journal == ["registered"]
    assert type(await container.aresolve(Mailer)) is Smtp
    assert journal == ["registered", "booted"]
    assert container.resolve(Mailer) is await container.aresolve(Mailer)


async def test_a_late_async_boot_happens_once_however_many_ask_for_it(container, journal):
    await container.boot()
    container.add_provider(AsyncDeferred())
    asked = (container.aresolve(key) for key in (Mailer, Queue, Newsletter) for _ in range(10))
    await asyncio.gather(*asked)
    assert journal == ["registered", "booted"]


async def test_who_asks_while_a_late_provider_boots_waits_for_it(container, journal):
    go_on = asyncio.Event()

    class Slow(Deferred):
        async def boot(self, queue: Queue) -> None:
            await asyncio.gather(container.aresolve(Mailer), container.aresolve(Queue))
            await go_on.wait()
            journal.append("booted")

    await container.boot()
    container.add_provider(Slow())
    first = asyncio.create_task(container.aresolve(Mailer))
    second = asyncio.create_task(container.aresolve(Queue))
    await asyncio.wait([first, second], timeout=0)
    assert journal == ["registered"]
    with pytest.raises(AsyncDependencyError, match="Slow has to be awaited"):
        container.resolve(Newsletter)
    go_on.set()
    async with asyncio.timeout(60):
        await asyncio.gather(first, second)
    assert journal == ["registered", "booted"]


async def test_a_late_provider_that_is_not_deferred_waits_for_the_next_boot(container, journal):
    class Late(ServiceProvider):
        def register(self, container: Container) -> None:
            container.register(Mailer, Smtp)

        async def boot(self) -> None:
            journal.append("booted")

    await container.boot()

    class DeferredQueue(SyncDeferred):
        provides = (Queue,)

    container.add_provider(Late(), DeferredQueue())
    assert type(container.resolve(Newsletter).mailer) is Smtp
    assert journal == []
    assert type(container.resolve(Queue)) is Queue
    assert journal == ["registered", "booted"]
    await container.boot()
    assert journal == ["registered", "booted", "booted"]
