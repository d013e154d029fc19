"""Jobs that no handler is called for: unknown, unreadable, lost, refused, and refused classes."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from services import Journal
from small_jobs import Failing, Note

from ftf.container import InvalidRegistrationError
from ftf.container.jobs import (
    Envelope,
    Job,
    Jobs,
    Released,
    Retried,
    Runner,
    UnknownJob,
    UnreadableJob,
    WorkerLost,
)


def envelope(name: str, payload: object, *, age: timedelta = timedelta(0)) -> Envelope:
    return Envelope("1", name, payload, "default", datetime.now(UTC) - age)


async def put(shop, stored: Envelope) -> None:
    async with shop.container.scoped_context() as scope:
        await shop.backend.enqueue([stored], scope, None)


async def test_job_53_a_job_that_has_lost_three_workers_fails_and_is_not_called(shop):
    shop.registry.register(Failing)
    runner = Runner(shop.container, shop.registry)
    lost = [replace(envelope("Failing", {}), crashes=crashes) for crashes in (2, 3)]
    outcomes = [await runner.run(each) for each in lost]
    assert isinstance(outcomes[0], Retried)
    assert isinstance(outcomes[1].error, WorkerLost)
    assert (outcomes[1].error.name, outcomes[1].error.crashes) == ("Failing", 3)
    assert shop.journal == [
        "attempt 1",
        "failed: Failing was running when its worker was lost, 3 times",
    ]


async def test_job_47_an_unknown_name_waits_for_another_release_for_a_day(shop):
    await put(shop, envelope("Gone", {}))
    await put(shop, envelope("Gone", {}, age=timedelta(days=2)))
    await shop.work()
    assert shop.backend.outcomes == ["Failed", "Released"]
    assert isinstance(shop.backend.failed[0].error, UnknownJob)


async def test_job_45_a_payload_that_does_not_fit_fails_at_once(shop):
    shop.registry.register(Note)
    await put(shop, envelope("Note", {"texts": []}))
    await shop.work()
    (failed,) = shop.backend.failed
    assert isinstance(failed.error, UnreadableJob)
    assert str(failed.error) == "Note.text is not stored, and has no default"


async def test_a_job_that_its_class_refuses_fails_at_once(shop):
    @dataclass(frozen=True)
    class Picky(Job):
        number: int

        def __post_init__(self) -> None:
            if made:
                raise ValueError("too old")
            made.append(self)

        async def handle(self) -> None: ...

    made = []
    await shop.enqueue(Picky(3))
    await shop.enqueue(Note("next"))
    await shop.work()
    assert shop.journal == ["next"]
    (failed,) = shop.backend.failed
    assert str(failed.error) == "Picky is refused by Picky: ValueError: too old"


async def test_a_job_that_begins_after_the_release_is_released(shop):
    shop.registry.register(Note)
    runner = Runner(shop.container, shop.registry)
    runner.release()
    envelope = Envelope("1", "Note", {"text": "a"}, "default", datetime.now(UTC))
    assert await runner.run(envelope) == Released()
    assert shop.journal == []


def test_the_registry_reads_no_job_with_an_unknown_name(shop):
    shop.registry.register(Note)
    assert shop.registry.read("Note", {"text": "a"}) == Note("a")
    with pytest.raises(UnknownJob, match="No job is registered as 'Letter'"):
        shop.registry.read("Letter", {})


@pytest.mark.parametrize("wrong", [Note, "Note", None])
async def test_what_is_not_a_job_is_refused_by_name(shop, wrong):
    shop.registry.register(Note)
    async with shop.container.scoped_context() as scope:
        jobs, note = await scope.aresolve(Jobs), Note("a")
        for refused in (
            jobs.enqueue(wrong),
            jobs.enqueue_many([note, wrong]),
            jobs.chain(note, wrong or "x"),
            jobs.batch([note, wrong]),
            jobs.batch([note], then=wrong or "x"),
        ):
            with pytest.raises(TypeError, match=r"is not a job: pass an instance of a class of"):
                await refused
    await shop.work()
    assert shop.journal == []


def plain(self) -> None: ...


async def lazy(self):
    yield


NOT_A_CLASS = Note("a")


@pytest.mark.parametrize(
    ("job", "problem"),
    [
        (dict, "dict is not a subclass of `Job`"),
        (NOT_A_CLASS, "is not a subclass of `Job`"),
        (type("Bare", (Job,), {"handle": plain}), "Bare is not a frozen dataclass"),
        (dataclass(type("Loose", (Job,), {"handle": plain})), "Loose is not a frozen dataclass"),
        (dataclass(frozen=True)(type("Idle", (Job,), {})), "Idle has no method `handle`"),
        (dataclass(frozen=True)(type("Lazy", (Job,), {"handle": lazy})), "`handle` of Lazy yields"),
        (
            dataclass(frozen=True)(type("Plain", (Job,), {"handle": plain}, timeout=3)),
            "`handle` of Plain is a plain method, which cannot be ended by a timeout",
        ),
        (
            dataclass(frozen=True)(type("Never", (Job,), {"handle": plain}, attempts=0)),
            "Never has 0 attempts",
        ),
        (
            dataclass(frozen=True)(type("Mute", (Note,), {"failed": plain})),
            "`failed` of Mute has no parameter `error`",
        ),
        (
            dataclass(frozen=True)(type("Vague", (Note,), {}, retry_on=KeyError)),
            "`retry_on` of Vague is not a tuple of exception classes",
        ),
        (
            dataclass(frozen=True)(type("Wrong", (Note,), {}, retry_on=("KeyError",))),
            "`retry_on` of Wrong is not a tuple of exception classes",
        ),
        (
            dataclass(frozen=True)(type("Hasty", (Note,), {}, timeout=0)),
            "The timeout of Hasty is 0 s",
        ),
    ],
)
def test_a_class_that_cannot_be_run_is_refused(shop, job, problem):
    with pytest.raises(InvalidRegistrationError, match=problem):
        shop.registry.register(job)


class Session:
    """A session that is used by `async with`, as one of SQLAlchemy's."""

    async def __aenter__(self) -> None: ...


def reads(self, journal: Journal, session: Session) -> None: ...


def reports(self, error: Exception, session: Session) -> None: ...


@pytest.mark.parametrize(("name", "method"), [("handle", reads), ("failed", reports)])
def test_job_71_a_plain_method_is_refused_what_belongs_to_the_event_loop(shop, name, method):
    job = dataclass(frozen=True)(type("Reading", (Note,), {name: method}))
    problem = f"`{method.__name__}` of Reading is a plain method, .* session is of the type Session"
    with pytest.raises(InvalidRegistrationError, match=problem):
        shop.registry.register(job)
