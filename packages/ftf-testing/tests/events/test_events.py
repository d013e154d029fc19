"""Fakes of events, and what listeners raise after the commit."""

FAKES = """
from dataclasses import dataclass

import pytest
import shop
from ftf.container.events import Events, Listeners
from ftf.testing import EventTester

@dataclass(frozen=True)
class OrderPlaced:
    number: int

@dataclass(frozen=True)
class OrderPaid:
    number: int

class Unit:
    async def commit(self): ...
    async def rollback(self): ...

heard = []

async def listen(event: OrderPlaced): heard.append(event)
async def fail(event: OrderPaid): raise ValueError("no paper")

@pytest.fixture(scope="session", autouse=True)
def listeners():
    on = Listeners.of(shop.app.container)
    on.listen(OrderPlaced, listen)
    on.listen(OrderPaid, fail, after_commit=True)

@pytest.fixture
async def dispatch(container):
    async def dispatch(*events, commit=True):
        async with container.scoped_context() as scope:
            scope.units.add(Unit())
            for event in events:
                await (await scope.aresolve(Events)).dispatch(event)
            assert not placed_of(events)
            await scope.units.settle(commit=commit)
    return dispatch

def placed_of(events):
    return [each for each in heard if each in events]
"""
PASSING = """
async def test_a_fake_catches_what_is_committed(events: EventTester, dispatch, container):
    placed = events.fake(OrderPlaced)
    await dispatch(OrderPlaced(1), OrderPlaced(2))
    await dispatch(OrderPlaced(3), commit=False)
    placed.assert_dispatched(OrderPlaced)
    placed.assert_dispatched(OrderPlaced, lambda event: event.number == 2, times=1)
    placed.assert_not_dispatched(OrderPlaced, lambda event: event.number == 3)
    placed.assert_not_dispatched(OrderPaid)
    assert placed.dispatched(OrderPlaced) == [OrderPlaced(1), OrderPlaced(2)]
    assert heard == []

async def test_the_fake_has_ended(events, container):
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Events)).dispatch(OrderPlaced(7))
    assert heard == [OrderPlaced(7)]

async def test_a_fake_of_some_types_leaves_the_others_alone(events, container):
    paid = events.fake(OrderPaid)
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Events)).dispatch(OrderPlaced(8))
        await (await scope.aresolve(Events)).dispatch(OrderPaid(8))
    assert heard[-1] == OrderPlaced(8)
    paid.assert_dispatched(OrderPaid, times=1)

async def test_a_fake_of_everything(events, container):
    every = events.fake()
    every.assert_nothing_dispatched()
    class Transaction:
        def after_commit(self, callback): self.callback = callback
    async with container.scoped_context() as scope:
        transaction = Transaction()
        await (await scope.aresolve(Events)).dispatch(OrderPlaced(9), after=transaction)
        every.assert_nothing_dispatched()
        transaction.callback()
    every.assert_dispatched(OrderPlaced, times=1)

def test_listening(events):
    events.assert_listening(OrderPlaced, listen)

async def test_an_expected_failure(events, container):
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Events)).dispatch(OrderPaid(1))
    assert [str(error) for error in events.take_failures()] == ["no paper"]
"""
FAILING = """
async def send(container, *events):
    async with container.scoped_context() as scope:
        for event in events:
            await (await scope.aresolve(Events)).dispatch(event)

async def test_missing(events, container):
    fake = events.fake(OrderPlaced)
    await send(container, OrderPlaced(1))
    fake.assert_dispatched(OrderPlaced, lambda event: event.number == 2)

def test_nothing(events):
    events.fake().assert_dispatched(OrderPaid, times=2)

async def test_too_many(events, container):
    fake = events.fake()
    await send(container, OrderPlaced(1))
    fake.assert_not_dispatched(OrderPlaced)

async def test_something(events, container):
    fake = events.fake()
    await send(container, OrderPaid(1))
    fake.assert_nothing_dispatched()

def test_not_listening(events):
    events.assert_listening(OrderPaid, listen)

async def test_unexpected(container):
    await send(container, OrderPaid(1))
"""


def test_event_98_fakes_catch_events_at_their_commit_until_the_test_ends(project):
    project(FAKES + PASSING).runpytest_inprocess().assert_outcomes(passed=6)


def test_event_100_failed_assertions_say_what_was_dispatched_and_where(project):
    result = project(FAKES + FAILING).runpytest_inprocess()
    result.assert_outcomes(passed=1, failed=5, errors=1)
    result.stdout.fnmatch_lines(
        [
            "Expected a matching OrderPlaced to be dispatched at least once; 0 were.",
            "Dispatched:",
            "  OrderPlaced(number=1), dispatched at test_it.py:* in send",
            "Expected OrderPaid to be dispatched 2 times; 0 were.",
            "Dispatched:",
            "  nothing",
            "Expected OrderPlaced not to be dispatched; 1 were.",
            "Expected anything not to be dispatched; 1 were.",
            "listen does not listen to OrderPaid.",
        ],
        consecutive=False,
    )
    result.stdout.fnmatch_lines(["the listener fail of OrderPaid failed: ValueError('no paper')"])
