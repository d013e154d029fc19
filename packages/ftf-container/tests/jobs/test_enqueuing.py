"""When an enqueued job exists, and which jobs are refused."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from services import Journal

from ftf.container import GraphError, InvalidRegistrationError, ScopeClosedError
from ftf.container.jobs import Job, JobRun, Jobs, UnwritableJob


class Transaction:
    def __init__(self) -> None:
        self.callbacks = []

    def after_commit(self, callback) -> None:
        self.callbacks.append(callback)

    def commit(self) -> None:
        callbacks, self.callbacks = self.callbacks, []
        for callback in callbacks:
            callback()


class Unit:
    async def commit(self) -> None: ...

    async def rollback(self) -> None: ...


@dataclass(frozen=True)
class Note(Job):
    text: str

    async def handle(self, journal: Journal) -> None:
        journal.append(self.text)


@dataclass(frozen=True, slots=True)
class Mail(Job, name="mail", queue="outgoing", attempts=5):
    async def handle(self, journal: Journal, run: JobRun) -> None:
        journal.append(f"{run.queue} {run.name}")


@pytest.mark.parametrize("commit", [True, False])
async def test_job_31_a_job_exists_once_the_units_of_work_are_committed(shop, commit):
    shop.registry.register(Note)
    async with shop.container.scoped_context() as scope:
        scope.units.add(Unit())
        await (await scope.aresolve(Jobs)).enqueue(Note("a"))
        await shop.work()
        assert shop.journal == []
        await scope.units.settle(commit=commit)
    await shop.work()
    assert shop.journal == ["a"] * commit


async def test_job_31_a_job_waits_for_the_transaction_that_it_is_given(shop):
    shop.registry.register(Note)
    transaction = Transaction()
    async with shop.container.scoped_context() as scope:
        jobs = await scope.aresolve(Jobs)
        await jobs.enqueue(Note("a"), after=transaction)
        assert len(await jobs.enqueue_many([Note("b"), Note("c")], after=transaction)) == 2
    await shop.work()
    assert shop.journal == []
    transaction.commit()
    await shop.work()
    assert shop.journal == ["a", "b", "c"]


async def test_job_38_a_unique_job_is_left_out_while_another_one_waits_or_runs(shop):
    (first,) = await shop.enqueue(Note("a"), unique="letter")
    assert await shop.enqueue(Note("b"), unique="letter") == [first]
    assert await shop.enqueue(Note("c"), unique="other") != [first]
    await shop.work()
    assert shop.journal == ["a", "c"]
    await shop.enqueue(Note("d"), unique="letter")
    await shop.work()
    assert shop.journal == ["a", "c", "d"]


@pytest.mark.parametrize("committed", [["first"], ["second"], ["first", "second"]])
async def test_job_38_jobs_of_open_transactions_share_the_id_of_their_text(shop, committed):
    shop.registry.register(Note)
    open_ = {"first": Transaction(), "second": Transaction()}
    async with shop.container.scoped_context() as scope:
        jobs = await scope.aresolve(Jobs)
        ids = {
            await jobs.enqueue(Note(name), unique="letter", after=transaction)
            for name, transaction in open_.items()
            for _ in "ab"  # in one transaction as well
        }
    for name, transaction in tuple(open_.items()):
        if name in committed:
            transaction.commit()
        del open_[name], transaction  # one that is rolled back forgets its callbacks
    await shop.work()
    assert {envelope.id for envelope, _ in shop.backend.settled} == ids
    assert shop.journal == committed[:1]
    (other,) = await shop.enqueue(Note("c"), unique="letter")
    assert other not in ids
    await shop.work()
    assert shop.journal[1:] == ["c"]


async def test_job_38_an_open_transaction_waits_while_the_job_with_its_text_ends(shop):
    first, second = Transaction(), Transaction()
    shop.registry.register(Note)
    async with shop.container.scoped_context() as scope:
        jobs = await scope.aresolve(Jobs)
        await jobs.enqueue(Note("a"), unique="letter", after=first)
        await jobs.enqueue(Note("b"), unique="letter", after=second)
        first.commit()
        await jobs.enqueue(Note("c"), unique="letter", after=first)
    await shop.work()
    first.commit()
    second.commit()
    await shop.work()
    assert shop.journal == ["a", "c"]
    assert len({envelope.id for envelope, _ in shop.backend.settled}) == 2


async def test_job_40_the_text_is_free_again_after_a_failure(shop):
    @dataclass(frozen=True)
    class Failing(Job, attempts=1):
        async def handle(self) -> None:
            raise ValueError("no")

    await shop.enqueue(Failing(), unique="letter")
    await shop.work()
    await shop.enqueue(Note("a"), unique="letter")
    await shop.work()
    assert shop.journal == ["a"]


async def test_job_42_a_job_is_never_early(shop):
    await shop.enqueue(Note("later"), delay=timedelta(hours=1))
    await shop.enqueue(Note("at"), at=datetime.now(UTC) + timedelta(hours=1))
    await shop.enqueue(Note("past"), at=datetime(2000, 1, 1, tzinfo=UTC))
    await shop.work()
    assert shop.journal == ["past"]


async def test_job_42_a_delayed_job_runs_when_it_is_due(shop):
    await shop.enqueue(Note("soon"), delay=timedelta(milliseconds=5))
    await shop.work()
    while not shop.journal:
        await asyncio.sleep(0)
        await shop.work()
    assert shop.journal == ["soon"]


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"delay": timedelta.max}, "does not end before the year 10000"),
        ({"at": datetime(2026, 1, 1)}, "has no time zone"),  # noqa: DTZ001  # the subject
        ({"at": datetime.now(UTC), "delay": timedelta(1)}, "both `at` and `delay`"),
    ],
)
async def test_job_42_a_time_that_cannot_be_is_refused(shop, options, problem):
    with pytest.raises(ValueError, match=problem):
        await shop.enqueue(Note("a"), **options)


async def test_job_46_a_job_runs_by_its_name_in_its_queue(shop):
    (id_,) = await shop.enqueue(Mail())
    await shop.work(queues=["other"])
    assert shop.journal == []
    await shop.work(queues=["other", "outgoing"])
    await shop.enqueue(Mail(), queue="urgent")
    await shop.work()
    assert shop.journal == ["outgoing mail", "urgent mail"]
    assert UUID(id_).version == 7
    assert Mail.options.attempts == 5


async def test_ids_sort_by_time(shop):
    first = await shop.enqueue(Note("a"))
    while (second := await shop.enqueue(Note("b")))[0][:13] == first[0][:13]:
        pass
    assert first < second


def test_job_46_two_classes_under_one_name_are_refused(shop):
    @dataclass(frozen=True)
    class Other(Job, name="Note"):
        async def handle(self) -> None: ...

    shop.registry.register(Note, Note)
    with pytest.raises(InvalidRegistrationError, match="Two classes of jobs have the name 'Note'"):
        shop.registry.register(Other)


async def test_job_48_a_job_that_is_not_registered_is_refused(shop):
    async with shop.container.scoped_context() as scope:
        jobs = await scope.aresolve(Jobs)
        with pytest.raises(InvalidRegistrationError, match="Note is not registered"):
            await jobs.enqueue(Note("a"))
    with pytest.raises(ScopeClosedError, match="a scope that has ended"):
        await jobs.enqueue(Note("a"))


async def test_job_99_a_job_that_cannot_be_stored_is_refused_when_it_is_enqueued(shop):
    with pytest.raises(UnwritableJob, match=r"Note\.text is 3, which is not of the type str"):
        await shop.enqueue(Note(3))


def test_validate_reports_handlers_with_the_name_of_the_job(shop):
    @dataclass(frozen=True)
    class Unknown(Job):
        async def handle(self, number: int) -> None: ...

        async def failed(self, error: Exception, size: float) -> None: ...

    shop.registry.register(Note, Unknown)
    with pytest.raises(GraphError, match="job Unknown: handle") as caught:
        shop.container.validate()
    assert "job Unknown: failed" in str(caught.value)
    assert "└─ error" not in str(caught.value)


def test_a_subclass_of_a_job_has_its_options_unless_it_is_given_others():
    @dataclass(frozen=True, slots=True)
    class Urgent(Mail, attempts=7): ...

    assert Urgent.options == replace(Mail.options, name="Urgent", attempts=7)
    assert Mail.options.name == "mail"


async def test_a_delay_that_is_not_a_timedelta_is_refused(shop):
    with pytest.raises(TypeError, match="delay=5 is not a timedelta"):
        await shop.enqueue(Note("a"), delay=5)
