"""Listeners of a container: which are refused, and how they are built."""

from types import SimpleNamespace

import pytest
from order_events import Audit, Count, Event, OrderPaid, OrderPlaced, Reserve, dispatch, index
from services import Journal

from ftf.container import (
    CaptiveDependencyError,
    GraphError,
    InvalidRegistrationError,
    ScopeClosedError,
)
from ftf.container.events import Events, Listeners


def test_event_3_the_same_listener_twice_is_an_error_that_names_both_places(container, on):
    on.listen(OrderPlaced, index)
    on.subscribe(Audit)
    twice = "registered twice for OrderPlaced, at .*{0}:[0-9]+ and at .*{0}:[0-9]+"
    here, there = twice.format("test_listening.py"), twice.format("order_events.py")
    with pytest.raises(InvalidRegistrationError, match=f"index is {here}"):
        on.listen(OrderPlaced, index)
    with pytest.raises(InvalidRegistrationError, match=f"Audit.placed is {there}"):
        on.subscribe(Audit)
    on.listen(OrderPaid, Count)
    on.listen(Event, Count)


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
