"""What a project's `migrations/env.py` calls."""

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, MetaData, NullPool, StaticPool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from .._engine import create_engine, with_async_driver
from .._timestamps import UtcDateTime
from ..exceptions import MigrationError
from ._discovery import import_models
from ._enums import write_enums, written_enum
from ._postgres import only_deployer
from ._sqlite import one_transaction, turn_foreign_keys_off

_PATIENCE = 300.0  # seconds that another deployer may take, on SQLite


def run_migrations(metadata: MetaData, url: str = "", models: str | Iterable[str] = ()) -> None:
    """Run the migrations that Alembic was asked for; to be called from `migrations/env.py`.

    The database is the one of `config.attributes["connection"]` if the caller put a connection
    or an engine there, else of `-x url=...`, else of `url`, else of `sqlalchemy.url` in
    `alembic.ini`. Whoever else migrates it at the same time has to wait. An `--autogenerate` that
    finds nothing to do writes no file.

    Args:
        metadata: The tables that `--autogenerate` compares the database with.
        url: Where the database is.
        models: The modules, or packages with modules, that define the tables.

    Raises:
        MigrationError: There is no database, models cannot be imported, or SQLite cannot migrate
            on the connection.
    """
    import_models([models] if isinstance(models, str) else models)
    url = context.get_x_argument(as_dictionary=True).get("url") or url
    url = url or context.config.get_main_option("sqlalchemy.url", "")
    target = context.config.attributes.get("connection")
    if context.is_offline_mode():
        options = {"url": with_async_driver(_known(url)), "literal_binds": True}
        _run(nullcontext(), target_metadata=metadata, **options)
    elif isinstance(target, Connection):
        _run_on(target, metadata)
    elif isinstance(target, Engine):
        with target.connect() as connection:
            _run_on(connection, metadata)
    elif isinstance(target, AsyncEngine) and isinstance(target.pool, StaticPool):
        _complete(_connect_and_run(target, metadata))  # in memory: there is no other way to it
    else:
        engine = _engine_for(_known(url) if target is None else target.url)
        _complete(_dispose_after(_connect_and_run(engine, metadata), engine))


def _known(url: str) -> str:
    if not url:
        raise MigrationError(
            "no database to migrate: pass a url to run_migrations, give -x url=..., "
            "or set sqlalchemy.url in alembic.ini"
        )
    return url


def _engine_for(url: str | URL) -> AsyncEngine:
    if make_url(url).get_backend_name() == "sqlite":
        return create_engine(url, poolclass=NullPool, connect_args={"timeout": _PATIENCE})
    return create_engine(url, poolclass=NullPool)


def _complete(work: Coroutine[None, None, None]) -> None:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        asyncio.run(work)
    else:
        # Alembic is not async: the loop that called it has to wait, and another one works.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, work).result()


async def _dispose_after(work: Coroutine[None, None, None], engine: AsyncEngine) -> None:
    try:
        await work
    finally:
        await engine.dispose()


async def _connect_and_run(engine: AsyncEngine, metadata: MetaData) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(_run_on, metadata)


def _run_on(connection: Connection, metadata: MetaData) -> None:
    if connection.dialect.name == "postgresql":
        with only_deployer(connection):
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
    hooks = {"render_item": _render, "process_revision_directives": _finish}
    context.configure(**hooks, **options)  # type: ignore[arg-type]  # as given above
    with context.begin_transaction(), guard:
        context.run_migrations()


def _finish(migration: MigrationContext, _revision: object, scripts: list[MigrationScript]) -> None:
    """Write no file where `--autogenerate` finds nothing to do, and enums where it does."""
    for script in scripts:
        write_enums(script, migration.opts["target_metadata"])
    if _writes_a_comparison(migration) and all(_is_empty(script) for script in scripts):
        scripts.clear()
        context.config.print_stdout("The models are as the database is: no migration is written.")


def _writes_a_comparison(migration: MigrationContext) -> bool:
    """Tell `alembic revision --autogenerate` from one without, and from `alembic check`."""
    environment = migration.environment_context
    revision = environment.context_opts["revision_context"] if environment else None
    wanted = getattr(revision, "command_args", {})
    command, *_ = getattr(context.config.cmd_opts, "cmd", None) or [None]
    named = wanted.get("message") is not None or getattr(command, "__name__", "") == "revision"
    return bool(wanted.get("autogenerate")) and named


def _is_empty(script: MigrationScript) -> bool:
    return script.upgrade_ops is None or script.upgrade_ops.is_empty()


def _render(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Write a migration that still runs when this package is gone or has changed."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return kind == "type" and written_enum(item, context)
