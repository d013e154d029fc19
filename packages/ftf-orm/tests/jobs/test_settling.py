"""Jobs that end at the same time."""

import asyncio

from job_shop import Note
from sqlalchemy import event

from ftf.container.jobs import Done


async def test_jobs_that_end_together_are_noted_in_one_transaction(shop):
    await shop.enqueue(Note("a"), Note("b"), Note("c"))
    claimed = await shop.backend.claim((), 3)
    commits: list[object] = []
    event.listen(shop.engine.sync_engine, "commit", commits.append)
    settling = [asyncio.create_task(shop.backend.settle(each, Done())) for each in claimed]
    await asyncio.sleep(0)
    settling[0].cancel()  # which leaves the others alone
    await asyncio.gather(*settling[1:])
    assert await shop.rows() == []
    assert len(commits) == 1
