"""Listeners after the commit that fail, hang, or whose work is cancelled."""

import asyncio
import logging

import pytest
import trio
from committed_orders import OrderPaid, OrderPlaced, tell
from committing import Transaction, Unit
from services import Journal

from ftf.container import Container
from ftf.container.events import EventRecursionError, Events, Listeners


@pytest.fixture
def container() -> Container:
    container = Container()
    container.register(Journal, scope="singleton")
    Listeners.of(container).listen(OrderPlaced, tell, after_commit=True)
    return container


@pytest.mark.usefixtures("failing_listeners")
async def test_event_25_a_failing_listener_is_logged_and_the_next_one_runs(
    container, on, journal, caplog
):
    async def fail(event: OrderPaid) -> None:
        raise ValueError("no paper")

    on.listen(OrderPaid, fail, after_commit=True)
    on.listen(OrderPaid, tell, after_commit=True)
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    (record,) = caplog.records
    assert record.getMessage() == "the listener fail of OrderPaid failed"
    assert record.levelno == logging.ERROR
    assert "no paper" in caplog.text
    assert journal == ["tell"]


async def test_event_26_all_listeners_run_if_the_work_is_cancelled_meanwhile(
    container, on, journal
):
    started, release = asyncio.Event(), asyncio.Event()

    async def wait(event: OrderPaid) -> None:
        started.set()
        await release.wait()
        journal.append("waited")

    on.listen(OrderPaid, wait, tell, after_commit=True)

    async def work() -> None:
        async with container.scoped_context() as scope, Transaction().open():
            await scope.resolve(Events).dispatch(OrderPaid())

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    asyncio.get_running_loop().call_soon(release.set)
    with pytest.raises(asyncio.CancelledError):
        await task
    assert journal == ["waited", "tell"]


async def test_event_26_a_listener_that_hangs_is_cancelled_after_the_limit(
    container, on, journal, monkeypatch
):
    monkeypatch.setattr("ftf.container.events._after_commit.CLEANUP_SECONDS", 0.01)
    started = asyncio.Event()

    async def hang(event: OrderPaid) -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            journal.append("cancelled")

    on.listen(OrderPaid, hang, after_commit=True)

    async def work() -> None:
        async with container.scoped_context() as scope, Transaction().open():
            await scope.resolve(Events).dispatch(OrderPaid())

    task = asyncio.create_task(work())
    await started.wait()
    task.cancel()
    asyncio.get_running_loop().call_later(0.001, task.cancel)
    with pytest.raises(asyncio.CancelledError):
        await task
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
    assert journal == ["cancelled"]


def test_event_26_all_listeners_run_under_trio_as_well(container, on, journal):
    async def wait(event: OrderPaid) -> None:
        await trio.lowlevel.checkpoint()
        journal.append("waited")

    on.listen(OrderPaid, wait, tell, after_commit=True)

    async def work(cancel_scope: trio.CancelScope | None = None) -> None:
        async with container.scoped_context() as scope, Transaction().open():
            await scope.resolve(Events).dispatch(OrderPaid())
            if cancel_scope:
                cancel_scope.cancel()

    async def main() -> None:
        await work()
        with trio.CancelScope() as cancel_scope:
            await work(cancel_scope)
        assert cancel_scope.cancelled_caught

    trio.run(main)
    assert journal == ["waited", "tell"] * 2


@pytest.mark.usefixtures("failing_listeners")
async def test_a_circle_through_commits_is_an_error_that_is_logged(container, on, caplog):
    async def again(event: OrderPaid, events: Events) -> None:
        await events.dispatch(OrderPaid())

    on.listen(OrderPaid, again, after_commit=True)
    async with container.scoped_context() as scope:
        await scope.resolve(Events).dispatch(OrderPaid())
    (record,) = caplog.records
    assert record.exc_info[0] is EventRecursionError


async def test_what_waits_for_a_commit_may_fail_and_the_others_are_called(journal):
    def fail() -> None:
        raise ValueError("first")

    async with Container().scoped_context() as scope:
        scope.units.add(Unit(journal))
        await scope.units.after_commit(fail)
        await scope.units.after_commit(lambda: journal.append("second"))
        with pytest.raises(ExceptionGroup, match="committed, but callbacks failed") as caught:
            await scope.units.settle(commit=True)
    assert [str(each) for each in caught.value.exceptions] == ["first"]
    assert journal == ["commit", "second"]


async def test_a_listener_that_awaits_what_was_cancelled_stops_no_other(container, on, caplog):
    async def await_cancelled(event: OrderPaid) -> None:
        cancelled = asyncio.get_running_loop().create_future()
        cancelled.cancel()
        await cancelled

    on.listen(OrderPaid, await_cancelled, tell, after_commit=True)
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Events)).dispatch(OrderPaid())
    assert "await_cancelled of OrderPaid failed" in caplog.text
    assert container.resolve(Journal) == ["tell"]


async def test_a_listener_that_ends_the_program_does(container, on):
    def leave(event: OrderPaid) -> None:
        raise SystemExit(3)

    on.listen(OrderPaid, leave, tell, after_commit=True)
    async with container.scoped_context() as scope:
        with pytest.raises(SystemExit, match="3"):
            await (await scope.aresolve(Events)).dispatch(OrderPaid())
    assert container.resolve(Journal) == []
