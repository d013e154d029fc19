"""A look into a database, and migrations on a connection brought along."""

import asyncio
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import AsyncAdaptedQueuePool, Connection, inspect, text

from ftf.orm import create_engine

SECOND = """
import sqlalchemy as sa
from alembic import op
revision = "2"
down_revision = "1"

def upgrade():
{body}

def downgrade():
    pass
"""
LENGTHEN = (
    'with op.batch_alter_table("books") as batch:',
    '    batch.alter_column("title", type_=sa.String(200))',
)
FILL = (
    "INSERT INTO authors (id, name) VALUES (1, 'Ada')",
    "INSERT INTO books VALUES (1, 'Notes', 1, '2026-01-01', '2026-01-01')",
    "INSERT INTO reviews (id, stars, book_id) VALUES (1, 5, 1)",
)


def bare_url(request: pytest.FixtureRequest, folder: Path) -> str:
    """Return the URL of a database without tables, of the kind that a fixture is asked for."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{folder}/test.db"
    return str(request.getfixturevalue("bare_postgres_url"))


def tables(url: str) -> set[str]:
    async def read() -> set[str]:
        engine = create_engine(url)
        async with engine.connect() as connection:
            names = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        await engine.dispose()
        return set(names) - {"alembic_version"}

    return asyncio.run(read())


def execute(url: str, *statements: str) -> list[object]:
    """Run statements on a connection of their own, and fetch what the last one finds."""

    async def run() -> list[object]:
        engine = create_engine(url)
        try:
            async with engine.begin() as connection:
                for statement in statements:
                    result = await connection.execute(text(statement))
        finally:
            await engine.dispose()
        return list(result.scalars()) if result.returns_rows else []

    return asyncio.run(run())


def upgrade_on(project: Config, url: str, *before: str) -> list[object]:
    """Upgrade on a connection brought along, and tell its setting for foreign keys afterwards."""

    def upgrade(connection: Connection) -> None:
        for statement in before:
            connection.execute(text(statement))
        project.attributes["connection"] = connection
        try:
            command.upgrade(project, "head")
        finally:
            del project.attributes["connection"]

    async def run() -> list[object]:
        engine = create_engine(url, poolclass=AsyncAdaptedQueuePool, pool_size=1)
        try:
            async with engine.begin() as connection:
                await connection.run_sync(upgrade)
            async with engine.connect() as connection:
                setting = "PRAGMA foreign_keys" if "sqlite" in url else "SELECT 1"
                return list(await connection.scalars(text(setting)))
        finally:
            await engine.dispose()

    return asyncio.run(run())


def add_revision(project: Config, *operations: str) -> None:
    """Write a second migration."""
    folder = Path(project.get_main_option("script_location"), "versions")
    body = "\n".join(f"    {operation}" for operation in operations)
    (folder / "2.py").write_text(SECOND.format(body=body))


BOOKSHOP = {"authors", "book_genres", "books", "drafts", "genres", "reviews", "shelves"}
