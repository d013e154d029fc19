"""Posts and comments that can be restored.

Revision: 0002
Follows: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Apply the change."""
    for table in ("posts", "comments"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            column = sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True)
            batch_op.add_column(column)


def downgrade() -> None:
    """Take the change back."""
    for table in ("comments", "posts"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("deleted_at")
