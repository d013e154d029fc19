"""The tables of jobs.

Revision: 0003
Follows: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

INDEXES = {
    "ftf_failed_jobs": [["failed_at"]],
    "ftf_jobs": [["due_at", "number"], ["queue", "due_at", "number"]],
    "ftf_processed": [["processed_at"]],
}


def upgrade() -> None:
    """Apply the change."""
    op.create_table(
        "ftf_failed_jobs",
        *stored_job(),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=False),
        sa.Column("traceback", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ftf_failed_jobs")),
    )
    op.create_table(
        "ftf_jobs",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        *stored_job(),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("token", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_ftf_jobs")),
        sa.UniqueConstraint("id", name=op.f("uq_ftf_jobs_id")),
        sa.UniqueConstraint("unique_key", name=op.f("uq_ftf_jobs_unique_key")),
    )
    op.create_table(
        "ftf_batches",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("unfinished", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("following", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ftf_batches")),
    )
    op.create_table(
        "ftf_processed",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("processed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_ftf_processed")),
    )
    op.create_table(
        "ftf_schedules",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("slot", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_ftf_schedules")),
    )
    for table, indexes in INDEXES.items():
        for columns in indexes:
            op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)


def downgrade() -> None:
    """Take the change back."""
    for table in ("ftf_schedules", "ftf_processed", "ftf_batches", "ftf_jobs", "ftf_failed_jobs"):
        op.drop_table(table)


def stored_job() -> list[sa.Column[object]]:
    """Return the columns of a job."""
    return [
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("queue", sa.Text(), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("chain", sa.Text(), nullable=True),
        sa.Column("batch", sa.String(length=36), nullable=True),
        sa.Column("unique_key", sa.Text(), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("crashes", sa.Integer(), nullable=False),
        sa.Column("enqueued_at", sa.DateTime(timezone=True), nullable=False),
    ]
