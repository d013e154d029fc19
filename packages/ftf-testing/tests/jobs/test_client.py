"""Jobs, events and a client in one test, in any order of the fixtures."""

import pytest

SHOP = """
from dataclasses import dataclass

import pytest
from ftf.container.events import Events, EventsProvider
from ftf.container.jobs import Job, JobRegistry, Jobs, JobsProvider
from ftf.http import FastTrackFramework, Injected

sent = []

@dataclass(frozen=True)
class OrderPlaced:
    number: int

@dataclass(frozen=True)
class Receipt(Job):
    number: int
    async def handle(self, jobs: Jobs):
        sent.append(self.number)
        await jobs.enqueue(self, unique="receipt")

shop = FastTrackFramework(providers=[EventsProvider(), JobsProvider()])
JobRegistry.of(shop.container).register(Receipt)

@shop.post("/receipts")
async def create(jobs: Injected[Jobs], events: Injected[Events]) -> str:
    await events.dispatch(OrderPlaced(7))
    return await jobs.enqueue(Receipt(7), unique="receipt")

@pytest.fixture(scope="session")
def app():
    return shop

async def use(client, events, jobs):
    placed, enqueued = events.fake(OrderPlaced), jobs.fake(Receipt)
    assert (await client.post("/receipts")).status_code == 200
    placed.assert_dispatched(OrderPlaced, times=1)
    enqueued.assert_enqueued(Receipt, times=1)

async def run(client, events, jobs):
    assert (await client.post("/receipts")).status_code == 200
    assert sent == []
    report = await jobs.run()
    assert report.done == [Receipt(7)]
    assert sent == [7]
    sent.clear()
"""


@pytest.mark.parametrize("order", ["client, events, jobs", "jobs, events, client"])
def test_the_order_of_the_fixtures_does_not_matter(project, order):
    # Where this package is tested alone, it has no application of the framework.
    pytest.importorskip("ftf.http")
    tests = f"""
async def test_fake({order}): await use(client, events, jobs)
async def test_run({order}): await run(client, events, jobs)
async def test_fake_again({order}): await use(client, events, jobs)
"""
    project(SHOP + tests).runpytest_inprocess().assert_outcomes(passed=3)
