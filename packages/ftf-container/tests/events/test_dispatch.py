"""Which listeners hear an event, in which order, and in which scope."""

import asyncio
from dataclasses import dataclass
from inspect import iscoroutinefunction
from types import SimpleNamespace

import pytest
from services import Journal

from ftf.container import (
    CaptiveDependencyError,
    Container,
    GraphError,
    InvalidRegistrationError,
    Scope,
    ScopeClosedError,
)
from ftf.container.events import EventRecursionError, Events, EventsProvider, Listeners


class Event: ...


@dataclass(frozen=True)
class OrderPlaced(Event):
    number: int = 1


@dataclass(frozen=True)
class OrderPaid(Event): ...


class Reserve:
    def __init__(self, journal: Journal, scope: Scope) -> None:
        self.journal, self.scope = journal, scope

    async def handle(self, event: OrderPlaced) -> None:
        self.journal.append(f"reserve {event.number}")


class Count:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def handle(self, event: Event) -> None:
        self.journal.append("count")


async def index(event: OrderPlaced, journal: Journal) -> None:
    journal.append(f"index {event.number}")


class Audit:
    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    @classmethod
    def listeners(cls, on) -> None:
        on.listen(OrderPlaced, cls.placed)
        on.listen(OrderPaid, cls.paid)

    async def placed(self, event: OrderPlaced) -> None:
        self.journal.append("audit placed")

    def paid(self, event: OrderPaid) -> None:
        self.journal.append("audit paid")


@pytest.fixture
def container() -> Container:
    container = Container()
    container.add_provider(EventsProvider())
    container.register(Journal, scope="singleton")
    return container


@pytest.fixture
def on(container) -> Listeners:
    return Listeners.of(container)


@pytest.fixture
def journal(container) -> Journal:
    return container.resolve(Journal)


async def dispatch(container: Container, *events: object) -> None:
    async with container.scoped_context() as scope:
        for event in events:
            await scope.resolve(Events).dispatch(event)


async def test_event_1_an_event_without_listeners_does_nothing(container, on, journal):
    on.listen(OrderPaid, Count)
    await dispatch(container, OrderPlaced())
    assert journal == []


async def test_event_2_listeners_run_in_the_order_of_registration(container, on, journal):
    on.listen(Event, Count)
    on.listen(OrderPlaced, Reserve, index)
    on.subscribe(Audit)
    await dispatch(container, OrderPlaced(7), OrderPaid())
    heard = ["count", "reserve 7", "index 7", "audit placed"]
    assert journal == [*heard, "count", "audit paid"]


def test_event_3_the_same_listener_twice_is_an_error_that_names_both_places(container, on):
    on.listen(OrderPlaced, index)
    on.subscribe(Audit)
    twice = r"registered twice for OrderPlaced, at .*test_dispatch.py:\d+ and at .*test_dispatch.py"
    with pytest.raises(InvalidRegistrationError, match=f"index is {twice}"):
        on.listen(OrderPlaced, index)
    with pytest.raises(InvalidRegistrationError, match=f"Audit.placed is {twice}"):
        on.subscribe(Audit)
    on.listen(OrderPaid, Count)
    on.listen(Event, Count)


async def test_event_4_what_a_listener_raises_arrives_and_the_next_one_is_not_called(
    container, on, journal
):
    def fail(event: OrderPlaced) -> None:
        raise ValueError("out of stock")

    on.listen(OrderPlaced, Reserve, fail, index)
    with pytest.raises(ValueError, match="out of stock"):
        await dispatch(container, OrderPlaced())
    assert journal == ["reserve 1"]


async def test_event_5_listeners_run_in_the_task_that_dispatches(container, on):
    tasks = []

    class Sync:
        def handle(self, event: OrderPlaced) -> object:
            tasks.append(asyncio.current_task())
            return self.later()

        async def later(self) -> None:
            tasks.append(asyncio.current_task())

    async def future(event: OrderPlaced) -> None:
        tasks.append(asyncio.current_task())

    def returning(event: OrderPlaced) -> object:
        return asyncio.ensure_future(future(event))

    on.listen(OrderPlaced, Sync, returning)
    await dispatch(container, OrderPlaced())
    assert tasks[:2] == [asyncio.current_task()] * 2
    assert len(tasks) == 3


async def test_event_6_listeners_share_the_scope_of_the_event(container, on):
    seen = []

    class Seeing:
        def __init__(self, scope: Scope) -> None:
            seen.append(scope)

        def handle(self, event: OrderPlaced) -> None: ...

    on.listen(OrderPlaced, Seeing)
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPlaced())
        assert seen == [scope]


async def test_event_7_listeners_that_dispatch_run_depth_first(container, on, journal):
    async def pay(event: OrderPlaced, events: Events) -> None:
        await events.dispatch(OrderPaid())
        await events.dispatch(OrderPaid())

    on.listen(OrderPlaced, pay, index)
    on.listen(OrderPaid, Count)
    await dispatch(container, OrderPlaced())
    assert journal == ["count", "count", "index 1"]


async def test_event_7_a_circle_of_events_is_an_error_with_its_path(container, on):
    async def pay(event: OrderPlaced, events: Events) -> None:
        await events.dispatch(OrderPaid())

    class Place:
        def __init__(self, events: Events) -> None:
            self.events = events

        async def handle(self, event: OrderPaid) -> None:
            await self.events.dispatch(OrderPlaced())

    on.listen(OrderPlaced, pay)
    on.listen(OrderPaid, Place)
    with pytest.raises(EventRecursionError, match="OrderPaid → OrderPlaced → ") as caught:
        await dispatch(container, OrderPlaced())
    assert set(caught.value.path) == {OrderPlaced, OrderPaid}


async def test_event_7_many_dispatches_at_once_are_no_circle(container, on):
    at_once, all_there = [], asyncio.Event()

    async def wait(event: OrderPlaced) -> None:
        at_once.append(event)
        if len(at_once) == 100:
            all_there.set()
        await all_there.wait()

    on.listen(OrderPlaced, wait)
    async with container.scoped_context() as scope, asyncio.TaskGroup() as tasks:
        for number in range(100):
            tasks.create_task(scope.resolve(Events).dispatch(OrderPlaced(number)))
    assert len(at_once) == 100


async def test_event_9_a_listener_registered_meanwhile_hears_the_next_event(container, on, journal):
    async def register(event: OrderPlaced, listeners: Listeners) -> None:
        if not listeners.hears(OrderPlaced, index):
            listeners.listen(OrderPlaced, index)

    on.listen(OrderPlaced, register)
    await dispatch(container, OrderPlaced())
    assert journal == []
    await dispatch(container, OrderPlaced())
    assert journal == ["index 1"]


async def test_event_10_containers_do_not_hear_each_other(container, on, journal):
    on.listen(OrderPlaced, index)
    other = Container()
    Listeners.of(other)
    await dispatch(other, OrderPlaced())
    assert journal == []


async def test_event_11_an_override_acts_on_the_next_event_and_ends(container, on, journal):
    on.listen(OrderPlaced, Reserve)
    fake = SimpleNamespace(handle=lambda event: journal.append("fake"))
    await dispatch(container, OrderPlaced())
    with container.override_instance(Reserve, fake):
        await dispatch(container, OrderPlaced())
    await dispatch(container, OrderPlaced())
    assert journal == ["reserve 1", "fake", "reserve 1"]


async def test_event_11_an_override_of_what_a_listener_needs_acts_as_well(container, on, journal):
    on.listen(OrderPlaced, index)
    with container.override(Journal, Journal):
        await dispatch(container, OrderPlaced())
    assert journal == []


def test_event_12_a_singleton_that_keeps_events_is_an_error(container):
    class Shop:
        def __init__(self, events: Events) -> None: ...

    container.register(Shop, scope="singleton")
    with pytest.raises(CaptiveDependencyError, match="Shop would keep the scoped Events"):
        container.resolve(Shop)


async def test_event_13_an_event_on_a_closed_scope_is_an_error(container):
    async with container.scoped_context() as scope:
        events = scope.resolve(Events)
    with pytest.raises(ScopeClosedError, match="OrderPlaced was asked for from a scope that"):
        await events.dispatch(OrderPlaced())


def test_event_13_validate_reports_listeners_with_the_name_of_the_event(container, on):
    class Unknown:
        def __init__(self, number: int) -> None: ...

        def handle(self, event: OrderPlaced) -> None: ...

    def unknown(event: OrderPaid, number: int) -> None: ...

    on.listen(OrderPlaced, Reserve, Unknown)
    on.listen(OrderPaid, unknown, after_commit=True)
    with pytest.raises(GraphError, match="listener of OrderPlaced: Unknown") as caught:
        container.validate()
    assert "listener of OrderPaid: unknown" in str(caught.value)
    assert "└─ event" not in str(caught.value)


def test_event_14_a_type_with_arguments_is_refused(on):
    class Saved[T]: ...

    with pytest.raises(InvalidRegistrationError, match=r"Saved\[int\] is not a class"):
        on.listen(Saved[int], index)


async def test_event_15_a_cancelled_dispatch_ends_where_it_is(container, on, journal):
    async def cancel(event: OrderPlaced) -> None:
        raise asyncio.CancelledError

    on.listen(OrderPlaced, Reserve, cancel, index)
    on.listen(OrderPlaced, Count, after_commit=True)
    with pytest.raises(asyncio.CancelledError):
        await dispatch(container, OrderPlaced())
    assert journal == ["reserve 1"]


def test_the_listeners_of_a_container_are_the_same_however_they_are_asked_for(container, on):
    assert Listeners.of(container) is on is container.resolve(Listeners)
    assert not on.hears(OrderPlaced, Count)
    on.listen(Event, Count)
    assert on.hears(OrderPlaced, Count)


@pytest.mark.parametrize("times", [1, 2])
async def test_a_listener_may_have_to_be_awaited_to_be_built(container, on, journal, times):
    class Connection: ...

    async def connect() -> Connection:
        return Connection()

    class Plain:
        def __init__(self, connection: Connection, journal: Journal) -> None:
            self.journal = journal

        def handle(self, event: OrderPlaced) -> None:
            self.journal.append("plain")

    class Async(Plain):
        async def handle(self, event: OrderPlaced) -> None:
            self.journal.append("async")

    container.register(Connection, connect, scope="scoped")
    on.listen(OrderPlaced, *[Plain, Async][:times])
    async with container.scoped_context() as scope:
        events = scope.resolve(Events)
        await events.dispatch(OrderPlaced())
        await events.dispatch(OrderPlaced())
    assert journal == ["plain", "async"][:times] * 2


async def test_a_plain_listener_alone(container, on, journal):
    class Plain:
        def __init__(self, journal: Journal) -> None:
            self.journal = journal

        def handle(self, event: OrderPlaced) -> None:
            self.journal.append("plain")

    on.listen(OrderPlaced, Plain)
    async with container.scoped_context() as scope:
        for _ in range(2):
            await scope.resolve(Events).dispatch(OrderPlaced())
    assert journal == ["plain"] * 2


async def test_dispatch_is_a_coroutine_function():
    assert iscoroutinefunction(Events.dispatch)
