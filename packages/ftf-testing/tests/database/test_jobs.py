"""Jobs that run within the test's transaction."""

JOBS = """
from dataclasses import dataclass

from ftf.container import Container
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider
from ftf.orm import DatabaseProvider, transaction
from sqlalchemy.ext.asyncio import AsyncSession

@dataclass(frozen=True)
class Welcome(Job):
    email: str

    async def handle(self, session: AsyncSession, jobs: Jobs) -> None:
        async with transaction(session):
            users = await count(session)
            session.add(User(email=f"{self.email}, one of {users}"))
            if users < 3:
                await jobs.enqueue(Welcome("again"))

@pytest.fixture(scope="module")
def container():
    container = Container()
    url = "sqlite+aiosqlite:///production.db"
    container.add_provider(DatabaseProvider(url), JobsProvider("database:"))
    JobRegistry.of(container).register(Welcome)
    return container

@twice
async def test_run(container, db_session, jobs, turn):
    async with container.scoped_context() as scope:
        session, queue = await scope.aresolve(AsyncSession), await scope.aresolve(Jobs)
        async with transaction(session):
            session.add(User(email="ada"))
            await queue.enqueue(Welcome("bob"))
    report = await jobs.run()
    assert (len(report.done), report.failed) == (3, [])
    emails = await db_session.scalars(select(User.email).order_by(User.id))
    assert [*emails] == ["ada", "bob, one of 1", "again, one of 2", "again, one of 3"]

async def test_rolled_back(container, db_session, jobs):
    async with container.scoped_context() as scope:
        session, queue = await scope.aresolve(AsyncSession), await scope.aresolve(Jobs)
        with pytest.raises(KeyError):
            async with transaction(session):
                await queue.enqueue(Welcome("bob"))
                raise KeyError
    assert (await jobs.run()).done == []
    assert await count(db_session) == 0
"""


def test_job_102_jobs_see_the_rows_of_the_test_and_leave_none(run):
    run(JOBS).assert_outcomes(passed=3)


WORKERS = """
import asyncio
from dataclasses import dataclass
from datetime import timedelta

from ftf.container import Container
from ftf.container.jobs import Job, JobRegistry, JobsProvider, Schedule
from ftf.orm import DatabaseProvider

@dataclass(frozen=True)
class Prune(Job):
    async def handle(self) -> None: ...

def container_of(url: str) -> Container:
    container = Container()
    container.add_provider(DatabaseProvider("sqlite+aiosqlite:///production.db"), JobsProvider(url))
    JobRegistry.of(container).register(Prune)
    Schedule.of(container).every(timedelta(seconds=1), Prune())
    return container

async def runs_jobs(container: Container) -> bool:
    async with container:
        await container.boot()
        return "ftf.container.jobs" in {task.get_name() for task in asyncio.all_tasks()}

@pytest.fixture(params=["memory:", "database:?worker=embedded"])
def container(request):
    return container_of(request.param)

async def test_a_worker_does_not_run_beside_the_fixture_jobs(container, jobs):
    assert not await runs_jobs(container)

async def test_a_worker_does_not_run_in_the_transaction_of_a_test(container, db_session, request):
    is_memory = request.node.callspec.params["container"] == "memory:"
    assert await runs_jobs(container) == is_memory
"""


def test_job_102_what_runs_jobs_of_a_database_by_itself_waits_in_a_test(run):
    run(WORKERS).assert_outcomes(passed=4)
