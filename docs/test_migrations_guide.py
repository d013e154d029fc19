"""The migrations of the guide, run by Alembic."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config

from ftf.orm.migrations import scaffold

GUIDE = Path(__file__).parent / "guides" / "migrations.md"
FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "posts", sa.Column("id", sa.Integer, primary_key=True), sa.Column("name", sa.String(100))
    )


def downgrade() -> None:
    op.drop_table("posts")
"""


@pytest.fixture
def config(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DATABASE_URL", "sqlite:///posts.db")
    scaffold("posts_of_the_guide", tmp_path)
    (tmp_path / "posts_of_the_guide.py").touch()
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(exist_ok=True)
    (versions / "0001_posts.py").write_text(FIRST)
    for fence in re.findall(
        r"```python\n# migrations/versions/(\S+)\n(.*?)```", GUIDE.read_text(), re.DOTALL
    ):
        (versions / fence[0]).write_text(fence[1])
    return Config("alembic.ini")


def rows() -> list[tuple[object, ...]]:
    with closing(sqlite3.connect("posts.db")) as database:
        return database.execute("SELECT * FROM posts").fetchall()


def test_the_rename_and_the_slugs_of_the_guide_keep_the_data(config):
    command.upgrade(config, "0001")
    with closing(sqlite3.connect("posts.db")) as database, database:
        database.execute("INSERT INTO posts (name) VALUES ('Green Tea'), ('Coffee')")
    command.upgrade(config, "head")
    assert rows() == [(1, "Green Tea", "green-tea-1"), (2, "Coffee", "coffee-2")]
    command.downgrade(config, "0001")
    assert rows() == [(1, "Green Tea"), (2, "Coffee")]
