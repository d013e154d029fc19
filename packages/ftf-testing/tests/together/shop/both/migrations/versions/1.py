import sqlalchemy as sa
from alembic import op

revision, down_revision = "1", None


def upgrade():
    op.create_table("firms", sa.Column("id", sa.Integer(), primary_key=True), column("name"))
    op.create_table(
        "authors", sa.Column("id", sa.Integer(), primary_key=True), column("name"), to("firm")
    )
    op.create_table(
        "posts", sa.Column("id", sa.Integer(), primary_key=True), column("title"), to("author")
    )


def downgrade():
    for table in ("posts", "authors", "firms"):
        op.drop_table(table)


def column(name):
    return sa.Column(name, sa.String(), nullable=False)


def to(what):
    return sa.Column(f"{what}_id", sa.Integer(), sa.ForeignKey(f"{what}s.id"), nullable=False)
