"""What a project's `migrations/env.py` calls."""

import asyncio
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlalchemy import Connection, MetaData, NullPool

from .._engine import create_engine
from .._timestamps import UtcDateTime
from ..exceptions import MigrationError
from ._sqlite import one_transaction, turn_foreign_keys_off


def run_migrations(metadata: MetaData, url: str = "") -> None:
    """Run the migrations that Alembic was asked for; to be called from `migrations/env.py`.

    The database is the one of `config.attributes["connection"]` if the caller put a connection
    there, else of `-x url=...`, else of `url`, else of `sqlalchemy.url` in `alembic.ini`.

    Args:
        metadata: The tables that `--autogenerate` compares the database with.
        url: Where the database is.

    Raises:
        MigrationError: None of these names a database, or SQLite cannot migrate on the connection.
    """
    url = context.get_x_argument(as_dictionary=True).get("url") or url
    url = url or context.config.get_main_option("sqlalchemy.url", "")
    connection = context.config.attributes.get("connection")
    if context.is_offline_mode():
        _run(nullcontext(), url=url, target_metadata=metadata, literal_binds=True)
    elif connection is not None:
        _run_on(connection, metadata)
    elif not url:
        raise MigrationError(
            "no database to migrate: pass a url to run_migrations, give -x url=..., "
            "or set sqlalchemy.url in alembic.ini"
        )
    else:
        asyncio.run(_connect_and_run(metadata, url))


async def _connect_and_run(metadata: MetaData, url: str) -> None:
    engine = create_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_run_on, metadata)
    finally:
        await engine.dispose()


def _run_on(connection: Connection, metadata: MetaData) -> None:
    if connection.dialect.name != "sqlite":
        _run(nullcontext(), connection=connection, target_metadata=metadata)
        return
    turn_foreign_keys_off(connection)
    _run(
        one_transaction(connection),
        connection=connection,
        target_metadata=metadata,
        transactional_ddl=True,
        # SQLite cannot alter a column: Alembic copies the table and drops the old one.
        render_as_batch=True,
    )


def _run(guard: AbstractContextManager[None], **options: object) -> None:
    context.configure(render_item=_render, **options)  # type: ignore[arg-type]  # as given above
    with context.begin_transaction(), guard:
        context.run_migrations()


def _render(kind: str, item: object, _: AutogenContext) -> str | Literal[False]:
    """Write a migration that still runs when this package is gone or has changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False
