"""Queued listeners and schedules in tests."""

from job_project import JOBS

QUEUED = """
from datetime import UTC, datetime
from ftf.container.events import Events, Listeners
from ftf.container.jobs import Schedule

@dataclass(frozen=True)
class Placed:
    number: int

class Notify:
    async def handle(self, event: Placed): ...

async def letter(event: Placed, journal: Journal): journal.append(event.number)

@pytest.fixture(scope="session", autouse=True)
def queued(registered):
    container = shop.app.container
    Listeners.of(container).queue(Placed, Notify, letter)
    Schedule.of(container).cron("30 1 * * *", Receipt(1), timezone="Europe/Lisbon")
    Schedule.of(container).every(timedelta(hours=1), Receipt(2), name="often")

async def place(container, number):
    async with container.scoped_context() as scope:
        await (await scope.aresolve(Events)).dispatch(Placed(number))

async def test_queued_listeners_are_caught(jobs, container):
    caught = jobs.fake()
    await place(container, 1)
    caught.assert_queued(Notify)
    caught.assert_queued(Notify, lambda event: event.number == 1, times=1)
    caught.assert_queued(letter, times=1)
    caught.assert_queued(Notify, lambda event: event.number == 2, times=0)

async def test_queued_listeners_run_with_the_other_jobs(jobs, container, journal):
    await place(container, 1)
    report = await jobs.run()
    assert [str(job) for job in report.done] == [
        "Notify(event=Placed(number=1))", "letter(event=Placed(number=1))"
    ]
    assert journal == [1]

def test_scheduled(jobs):
    # 01:30 does not exist on 29 March, and comes just after the hour that is skipped.
    assert jobs.due_at(datetime(2026, 3, 29, 1, tzinfo=UTC)) == [Receipt(1), Receipt(2)]
    assert jobs.due_at(datetime(2026, 3, 30, 0, 30, tzinfo=UTC)) == [Receipt(1)]
    assert jobs.due_at(datetime(2026, 3, 30, 0, 31, tzinfo=UTC)) == []

async def test_missing(jobs, container):
    caught = jobs.fake()
    await place(container, 1)
    caught.assert_queued(Notify, lambda event: event.number == 2)
"""


def test_job_99_queued_listeners_are_jobs_under_their_own_names(project):
    result = project(JOBS + QUEUED).runpytest_inprocess()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "Expected Notify with a matching event to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Notify(event=Placed(number=1)) in the queue 'default', enqueued at test_it.py:*",
        ]
    )
