"""The log records of a job name it, and the request that it follows from."""

from dataclasses import dataclass

from ftf.container import Correlation
from ftf.container.jobs import Job, JobRun, Jobs


async def test_logs_62_records_of_a_job_and_about_it_name_it_and_its_request(shop, caplog):
    seen = []

    @dataclass(frozen=True)
    class Look(Job, attempts=1):
        async def handle(self, run: JobRun) -> None:
            seen.append((Correlation.of_records.get()(), run.id))
            raise ValueError("no")

    shop.registry.register(Look)
    correlation = Correlation({"request-id": "r1", "traceparent": "00-12-34-01"})
    async with shop.container.scoped_context({Correlation: correlation}) as scope:
        await (await scope.aresolve(Jobs)).enqueue(Look())
    await shop.work()
    ((fields, job_id),) = seen
    assert fields == {"request_id": "r1", "trace_id": "12", "job": "Look", "job_id": job_id}
    (record,) = [each for each in caplog.records if "failed for good" in each.getMessage()]
    assert fields.items() <= vars(record).items()
