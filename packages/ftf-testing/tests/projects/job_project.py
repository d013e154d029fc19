"""Jobs of a project, with which tests of fakes and of running jobs begin."""

JOBS = """
from dataclasses import dataclass
from datetime import timedelta

import pytest
import shop
from ftf.container.jobs import Discard, Job, JobRegistry, Jobs, JobsProvider, Retry
from ftf.testing import FailedRun, JobTester

class Journal(list): ...

class Unit:
    async def commit(self): ...
    async def rollback(self): ...

@dataclass(frozen=True)
class Receipt(Job, queue="mail"):
    number: int
    async def handle(self, journal: Journal):
        journal.append(self.number)

@dataclass(frozen=True)
class Order(Job):
    number: int
    async def handle(self, jobs: Jobs):
        await jobs.enqueue(Receipt(self.number))

@dataclass(frozen=True)
class Failing(Job, attempts=2):
    async def handle(self, journal: Journal):
        journal.append("failing")
        raise ValueError("no paper")

@dataclass(frozen=True)
class Gone(Job):
    async def handle(self): raise Discard("gone")

@dataclass(frozen=True)
class Endless(Job):
    async def handle(self, jobs: Jobs): await jobs.enqueue(Endless())

@pytest.fixture(scope="session", autouse=True)
def registered():
    container = shop.app.container
    container.add_provider(JobsProvider(concurrency=0))
    container.register(Journal, scope="singleton")
    JobRegistry.of(container).register(Receipt, Order, Failing, Gone, Endless)

@pytest.fixture
def journal(container):
    journal = container.resolve(Journal)
    journal.clear()
    return journal

async def enqueue(container, *jobs, commit=True, **options):
    async with container.scoped_context() as scope:
        scope.units.add(Unit())
        ids = [await (await scope.aresolve(Jobs)).enqueue(job, **options) for job in jobs]
        await scope.units.settle(commit=commit)
        return ids
"""
