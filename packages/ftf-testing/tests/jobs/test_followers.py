"""Chains and batches in tests."""

from job_project import JOBS

CHAINS = """
async def chain(container, *jobs, **options):
    async with container.scoped_context() as scope:
        return await (await scope.aresolve(Jobs)).chain(*jobs, **options)

async def test_chains_are_caught(jobs, container):
    caught = jobs.fake()
    await chain(container, Receipt(1), Order(2), catch=Gone())
    await chain(container, Receipt(3))
    caught.assert_chain(Receipt(1), Order(2))
    caught.assert_chain(Receipt, Order)
    caught.assert_chain(Receipt(3))
    caught.assert_chain(Receipt)
    assert caught.enqueued(Order) == []

async def test_the_jobs_of_a_chain_run_one_after_the_other(jobs, container, journal):
    await chain(container, Receipt(1), Order(2), Receipt(3))
    report = await jobs.run()
    assert report.done == [Receipt(1), Order(2), Receipt(2), Receipt(3)]

async def test_a_failure_ends_a_chain(jobs, container, journal):
    await chain(container, Failing(), Receipt(1), catch=Receipt(2))
    report = await jobs.run()
    assert report.done == [Receipt(2)]

async def test_missing(jobs, container):
    caught = jobs.fake()
    await chain(container, Receipt(1), Receipt(2))
    caught.assert_chain(Receipt(1), Order)
"""
BATCHES = """
async def batch(container, *jobs, **options):
    async with container.scoped_context() as scope:
        return await (await scope.aresolve(Jobs)).batch(jobs, **options)

async def test_batches_are_caught(jobs, container):
    caught = jobs.fake()
    await batch(container, Receipt(1), Order(2), then=Gone())
    await batch(container, Receipt(3))
    await enqueue(container, Receipt(4))
    caught.assert_batch(2)
    caught.assert_batch(Receipt(1), Order(2))
    caught.assert_batch(Receipt, Order)
    caught.assert_batch(1)
    caught.assert_batch(Receipt(3))
    caught.assert_batch(Receipt)
    assert len(caught.enqueued(Receipt)) == 3

async def test_what_follows_a_batch_runs_at_the_end(jobs, container, journal):
    await batch(container, Receipt(1), Failing(), catch=Receipt(2), always=Receipt(3))
    report = await jobs.run()
    assert report.done == [Receipt(1), Receipt(2), Receipt(3)]

async def test_missing(jobs, container):
    caught = jobs.fake()
    await enqueue(container, Receipt(1))
    await batch(container, Receipt(2), Order(3))
    caught.assert_batch(Receipt(2), Receipt)

async def test_another_number(jobs, container):
    caught = jobs.fake()
    await batch(container, Receipt(1))
    caught.assert_batch(2)
"""


def test_job_100_chains_are_caught_and_run(project):
    result = project(JOBS + CHAINS).runpytest_inprocess()
    result.assert_outcomes(passed=3, failed=1)
    result.stdout.fnmatch_lines(
        [
            "Expected a chain of Receipt(number=1), Order to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Receipt(number=1) in the queue 'mail', followed by Receipt(number=2), enqueued at *",
        ]
    )


def test_job_100_batches_are_caught_and_run(project):
    result = project(JOBS + BATCHES).runpytest_inprocess()
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "Expected a batch of Receipt(number=2), Receipt to be enqueued at least once; 0 were.",
            "Enqueued:",
            "  Receipt(number=1) in the queue 'mail', enqueued at *",
            "  Receipt(number=2) in the queue 'mail', in batch 1, enqueued at *",
            "  Order(number=3) in the queue 'default', in batch 1, enqueued at *",
            "Expected a batch of 2 to be enqueued at least once; 0 were.",
        ]
    )
