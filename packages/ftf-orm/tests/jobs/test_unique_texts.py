"""How long the unique text of a job is taken."""

import pytest
from job_shop import Note

from ftf.container.jobs import Discarded, Done, Released, Retried
from ftf.orm.jobs import FailedJobs

OUTCOMES = {"retrying": Retried(60, ValueError("no")), "released": Released(60)}


@pytest.mark.parametrize("state", ["claimed", "crashed", *OUTCOMES])
async def test_job_40_a_unique_text_is_taken_while_its_job_waits_or_runs(shop, state):
    (id_,) = await shop.enqueue(Note("a"), unique="letter")
    (claimed,) = await shop.backend.claim((), 1)
    if state in OUTCOMES:
        await shop.backend.settle(claimed, OUTCOMES[state])
    elif state == "crashed":
        await shop.end_leases()
    assert await shop.enqueue(Note("b"), unique="letter") == [id_]


@pytest.mark.parametrize("outcome", [Done(), Discarded("gone")])
async def test_job_40_a_unique_text_is_free_after_the_end_of_its_job(shop, outcome):
    (id_,) = await shop.enqueue(Note("a"), unique="letter")
    (claimed,) = await shop.backend.claim((), 1)
    await shop.backend.settle(claimed, outcome)
    assert await shop.enqueue(Note("b"), unique="letter") != [id_]


async def test_job_40_a_unique_text_is_free_when_its_failed_job_is_forgotten(shop):
    shop.container.register(FailedJobs, scope="scoped")
    (id_,) = await shop.enqueue(Note("a"), unique="letter")
    async with shop.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE ftf_jobs SET crashes = 3")
    await shop.work()
    async with shop.scope() as (scope, _, _):
        await (await scope.aresolve(FailedJobs)).forget(id_)
    await shop.enqueue(Note("b"), unique="letter")
    await shop.work()
    assert shop.journal == ["b"]
