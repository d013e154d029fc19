"""Listeners that run after the commit: when, in which scope, and what happens if they fail."""

import asyncio
from contextvars import ContextVar
from functools import partial

import pytest
from committed_orders import OrderPaid, OrderPlaced, tell
from committing import Transaction, Unit
from services import Journal

from ftf.container import Container, Correlation, Scope, UnitsOfWork
from ftf.container.events import Events, Listeners

request_number: ContextVar[int] = ContextVar("request_number", default=0)


@pytest.fixture
def container() -> Container:
    container = Container()
    container.register(Journal, scope="singleton")
    Listeners.of(container).listen(OrderPlaced, tell, after_commit=True)
    return container


async def test_event_19_without_a_transaction_it_runs_before_dispatch_returns(container, journal):
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPlaced())
        assert journal == ["tell"]


async def test_event_16_it_waits_for_the_transaction_that_is_open(container, journal):
    async with container.scoped_context() as scope:
        async with Transaction().open():
            await scope.resolve(Events).dispatch(OrderPlaced())
            assert journal == []
        assert journal == ["tell"]


async def test_event_18_it_does_not_run_if_the_transaction_is_rolled_back(container, journal):
    async with container.scoped_context() as scope:
        with pytest.raises(ValueError, match="no stock"):
            async with Transaction().open():
                await scope.resolve(Events).dispatch(OrderPlaced())
                raise ValueError("no stock")
        await scope.resolve(UnitsOfWork).after_commit(lambda: journal.append("later"))
    assert journal == ["later"]


@pytest.mark.parametrize(
    ("commit", "marked", "expected"),
    [
        (True, False, ["commit", "tell"]),
        (False, False, ["rollback"]),
        (True, True, ["rollback"]),
    ],
)
async def test_event_20_it_runs_after_the_units_of_work_are_committed(
    container, journal, commit, marked, expected
):
    async with container.scoped_context() as scope:
        scope.units.add(Unit(journal))
        await scope.resolve(Events).dispatch(OrderPlaced())
        assert journal == []
        if marked:
            scope.mark_rollback()
        await scope.units.settle(commit=commit)
    assert journal == expected


async def test_event_23_of_two_transactions_it_waits_for_the_last_one_unless_told(
    container, journal
):
    first, second = Transaction(), Transaction()
    async with container.scoped_context() as scope:
        events = scope.resolve(Events)
        async with first.open(scope.units):
            async with second.open():
                await events.dispatch(OrderPlaced())
                await events.dispatch(OrderPlaced(), after=first)
            assert journal == ["tell"]
        assert journal == ["tell"] * 2


@pytest.mark.parametrize("kind", [OrderPlaced, OrderPaid, Transaction])
async def test_event_23_a_transaction_that_has_ended_is_refused_before_a_listener_is_called(
    container, on, journal, kind
):
    class Ended:
        def after_commit(self, callback) -> None:
            raise LookupError("it has ended")

    on.listen(OrderPaid, tell)
    async with container.scoped_context() as scope:
        with pytest.raises(LookupError, match="it has ended"):
            await scope.resolve(Events).dispatch(kind(), after=Ended())
    assert journal == []


async def test_event_24_a_child_task_waits_for_the_transaction_of_its_parent(container, journal):
    async with container.scoped_context() as scope:
        events, committed = scope.resolve(Events), asyncio.Event()

        async def outlive() -> None:
            await committed.wait()
            await events.dispatch(OrderPlaced())

        late = asyncio.create_task(outlive())
        async with Transaction().open():
            await asyncio.create_task(events.dispatch(OrderPlaced()))
            assert journal == []
        assert journal == ["tell"]
        committed.set()
        await late
        assert journal == ["tell"] * 2


async def test_event_27_it_has_a_scope_and_units_of_work_of_its_own(container, on, journal):
    seen = []

    async def pay(event: OrderPlaced, scope: Scope, events: Events) -> None:
        seen.append(scope)
        scope.units.add(Unit(journal))
        await events.dispatch(OrderPaid())

    on.listen(OrderPlaced, pay, after_commit=True)
    on.listen(OrderPaid, tell, after_commit=True)
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPlaced())
    assert journal == ["tell", "commit", "tell"]
    assert seen[0] is not scope
    assert seen[0].is_closed


@pytest.mark.usefixtures("failing_listeners")
async def test_event_27_its_units_of_work_are_rolled_back_if_it_fails(
    container, on, journal, caplog
):
    async def fail(event: OrderPaid, scope: Scope) -> None:
        scope.units.add(Unit(journal))
        raise ValueError("no paper")

    on.listen(OrderPaid, fail, after_commit=True)
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    assert journal == ["rollback"]
    assert "no paper" in caplog.text


@pytest.mark.parametrize("in_transaction", [True, False])
async def test_event_28_it_does_not_see_the_context_variables_of_the_work(
    container, on, in_transaction
):
    seen = []

    async def look(event: OrderPaid) -> None:
        await asyncio.sleep(0)
        seen.append(request_number.get())
        request_number.set(7)

    on.listen(OrderPaid, look, partial(look), after_commit=True)
    request_number.set(3)
    async with container.scoped_context() as scope:
        if in_transaction:
            async with Transaction().open():
                await scope.resolve(Events).dispatch(OrderPaid())
        else:
            await scope.resolve(Events).dispatch(OrderPaid())
    assert seen == [0, 0]
    assert request_number.get() == 3


@pytest.mark.usefixtures("failing_listeners")
async def test_event_28_it_has_the_correlation_of_the_work(container, on, caplog):
    seen = []

    async def look(event: OrderPaid, correlation: Correlation) -> None:
        seen.append(correlation)
        raise ValueError("no paper")

    on.listen(OrderPaid, look, after_commit=True)
    async with container.scoped_context({Correlation: Correlation({"request-id": "r1"})}) as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    assert seen == [{"request-id": "r1"}, {}]
    assert [each.getMessage() for each in caplog.records] == [
        "the listener look of OrderPaid failed (request r1)",
        "the listener look of OrderPaid failed",
    ]


async def test_event_30_a_transaction_of_no_scope_may_end_in_another_task(container, journal):
    async with Transaction().open():
        block = Transaction().open()
        await block.__aenter__()
        await asyncio.create_task(block.__aexit__(None, None, None))
        async with container.scoped_context() as scope:
            with pytest.raises(RuntimeError, match="open outside of any scope"):
                await scope.resolve(Events).dispatch(OrderPlaced())
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPlaced())
    assert journal == ["tell"]


async def test_event_30_a_transaction_of_no_scope_has_to_be_passed(container, journal):
    scope = container.scoped_context()
    transaction = Transaction()
    async with transaction.open():
        events = scope.resolve(Events)
        with pytest.raises(RuntimeError, match="open outside of any scope"):
            await events.dispatch(OrderPlaced())
        await events.dispatch(OrderPlaced(), after=transaction)
        assert journal == []
    assert journal == ["tell"]
    await scope.aclose()
