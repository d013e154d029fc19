import asyncio
from contextvars import Context

import pytest

from ftf.container import Container, UnitsOfWork, defer_until_commit


class Unit:
    def __init__(self, name: str, log: list[str], *, broken: str = "") -> None:
        self.name, self.log, self.broken = name, log, broken

    async def commit(self) -> None:
        self._do("commit")

    async def rollback(self) -> None:
        self._do("rollback")

    def _do(self, what: str) -> None:
        self.log.append(f"{what} {self.name}")
        if what == self.broken:
            raise ValueError(f"{self.name} failed")


class Transaction:
    def after_commit(self, callback) -> None: ...


class Ledger:
    def __init__(self, units: UnitsOfWork) -> None:
        self.units = units


@pytest.fixture
def log() -> list[str]:
    return []


def test_the_services_of_a_scope_add_to_the_units_of_that_scope():
    container = Container()
    with container.scoped_context() as first, container.scoped_context() as second:
        assert first.resolve(Ledger).units is first.units
        assert second.resolve(Ledger).units is second.units
        assert first.units is not second.units


async def test_units_are_committed_in_the_order_of_their_addition(log):
    with Container().scoped_context() as scope:
        assert not scope.units
        for name in "ab":
            scope.units.add(Unit(name, log))
        assert scope.units
        await scope.units.settle(commit=True)
        assert not scope.units
    assert log == ["commit a", "commit b"]


@pytest.mark.parametrize("commit", [True, False])
async def test_a_marked_scope_rolls_back_whatever_the_outcome(log, commit):
    with Container().scoped_context() as scope:
        for name in "ab":
            scope.units.add(Unit(name, log))
        scope.mark_rollback()
        await scope.units.settle(commit=commit)
    assert log == ["rollback b", "rollback a"]


async def test_after_a_failed_commit_the_rest_is_rolled_back(log):
    with Container().scoped_context() as scope:
        for unit in (Unit("a", log), Unit("b", log, broken="commit"), Unit("c", log)):
            scope.units.add(unit)
        with pytest.raises(ValueError, match="b failed"):
            await scope.units.settle(commit=True)
    assert log == ["commit a", "commit b", "rollback c", "rollback b"]


async def test_every_unit_is_rolled_back_and_every_failure_reported(log):
    with Container().scoped_context() as scope:
        for unit in (Unit("a", log, broken="rollback"), Unit("b", log, broken="rollback")):
            scope.units.add(unit)
        with pytest.raises(ExceptionGroup, match="rolling back failed") as caught:
            await scope.units.settle(commit=False)
    assert [str(failure) for failure in caught.value.exceptions] == ["b failed", "a failed"]
    assert log == ["rollback b", "rollback a"]


def test_units_know_what_they_contain(log):
    units, unit = UnitsOfWork(), Unit("a", log)
    units.add(unit)
    assert unit in units
    assert Unit("a", log) not in units


def test_the_open_transaction_is_the_one_that_was_opened_last():
    units, first, second = UnitsOfWork(), Transaction(), Transaction()
    assert units.transaction is None
    with units.during(first), units.during(second):
        assert units.transaction is second
    assert units.transaction is None


def test_a_transaction_that_belongs_to_no_scope_cannot_be_asked_for():
    def ask() -> None:
        with (
            defer_until_commit(Transaction()),
            pytest.raises(RuntimeError, match="pass the transaction"),
        ):
            _ = UnitsOfWork().transaction

    Context().run(ask)  # a context without a scope


async def test_units_that_are_not_settled_stay_as_they_are(log):
    async with Container().scoped_context() as scope:
        scope.units.add(Unit("a", log))
    assert log == []


@pytest.mark.parametrize("broken", [True, False])
async def test_functions_after_the_commit_are_called_although_the_task_is_cancelled(log, broken):
    async def wait() -> None:
        await asyncio.Event().wait()

    def fail() -> None:
        log.append("called")
        if broken:
            raise ValueError("no paper")

    units = UnitsOfWork()
    units.add(Unit("a", log))
    units.defer(wait)
    units.defer(fail)
    settling = asyncio.create_task(units.settle(commit=True))
    await asyncio.sleep(0)
    settling.cancel()
    with pytest.raises(asyncio.CancelledError):
        await settling
    assert log == ["commit a", "called"]
