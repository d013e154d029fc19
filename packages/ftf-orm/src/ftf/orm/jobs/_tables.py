"""The tables of jobs, and `add_job_tables`, which puts them into an application's metadata."""

from typing import Final

from sqlalchemy import BigInteger, Column, Index, Integer, MetaData, String, Table, Text

from ..models._base import NAMING_CONVENTION
from ..models._timestamps import UtcDateTime

jobs_metadata: Final = MetaData(naming_convention=NAMING_CONVENTION)

SENT: Final = "sent"

# The names of jobs and queues, and what is unique, are as long as their users make them.
JOBS: Final = Table(
    "ftf_jobs",
    jobs_metadata,
    # The order of enqueuing; SQLite numbers the rows of an INTEGER key only.
    Column("number", BigInteger().with_variant(Integer(), "sqlite"), primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    Column("name", Text(), nullable=False),
    Column("queue", Text(), nullable=False),
    Column("payload", Text(), nullable=False),
    Column("headers", Text(), nullable=False),
    Column("chain", Text()),
    Column("batch", String(36)),
    Column("unique_key", Text(), unique=True),
    Column("attempt", Integer(), nullable=False),
    Column("crashes", Integer(), nullable=False),
    Column("enqueued_at", UtcDateTime(), nullable=False),
    # When it may be claimed; of a claimed job, when its lease ends.
    Column("due_at", UtcDateTime(), nullable=False),
    Column("token", String(32)),  # of the claim, if it is claimed; `SENT` while a broker has it
    Index(None, "due_at", "number"),
    Index(None, "queue", "due_at", "number"),
)

FAILED_JOBS: Final = Table(
    "ftf_failed_jobs",
    jobs_metadata,
    Column("id", String(36), primary_key=True),
    Column("name", Text(), nullable=False),
    Column("queue", Text(), nullable=False),
    Column("payload", Text(), nullable=False),
    Column("headers", Text(), nullable=False),
    Column("chain", Text()),
    Column("batch", String(36)),
    Column("unique_key", Text()),
    Column("attempt", Integer(), nullable=False),
    Column("crashes", Integer(), nullable=False),
    Column("enqueued_at", UtcDateTime(), nullable=False),
    Column("failed_at", UtcDateTime(), nullable=False, index=True),
    Column("error", Text(), nullable=False),
    Column("traceback", Text(), nullable=False),
)

# Of those with members that have not ended.
BATCHES: Final = Table(
    "ftf_batches",
    jobs_metadata,
    Column("id", String(36), primary_key=True),
    Column("unfinished", Integer(), nullable=False),
    Column("failures", Integer(), nullable=False),
    Column("following", Text(), nullable=False),
)

SCHEDULES: Final = Table(
    "ftf_schedules",
    jobs_metadata,
    Column("name", Text(), primary_key=True),
    Column("slot", UtcDateTime(), nullable=False),  # the last one that was used
)

PROCESSED: Final = Table(
    "ftf_processed",
    jobs_metadata,
    Column("key", Text(), primary_key=True),
    Column("processed_at", UtcDateTime(), nullable=False, index=True),
)


def add_job_tables(metadata: MetaData) -> None:
    """Add the tables of jobs to an application's metadata, whose migrations create them then.

    Write it where the models are: `add_job_tables(Base.metadata)`.

    Args:
        metadata: What `run_migrations` compares with the database. Tables that it has already stay.
    """
    for table in jobs_metadata.sorted_tables:
        if table.name not in metadata.tables:
            table.to_metadata(metadata)
