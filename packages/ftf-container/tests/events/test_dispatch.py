"""Which listeners hear an event, in which order, and in which scope."""

import asyncio
from inspect import iscoroutinefunction

import pytest
from order_events import Audit, Count, Event, OrderPaid, OrderPlaced, Reserve, dispatch, index
from services import Journal

from ftf.container import (
    Container,
    Scope,
)
from ftf.container.events import EventRecursionError, Events, Listeners


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


async def test_event_15_a_cancelled_dispatch_ends_where_it_is(container, on, journal):
    async def cancel(event: OrderPlaced) -> None:
        raise asyncio.CancelledError

    on.listen(OrderPlaced, Reserve, cancel, index)
    on.listen(OrderPlaced, Count, after_commit=True)
    with pytest.raises(asyncio.CancelledError):
        await dispatch(container, OrderPlaced())
    assert journal == ["reserve 1"]


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
