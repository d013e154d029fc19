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
