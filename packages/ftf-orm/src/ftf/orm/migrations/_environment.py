"""`run_migrations`, which a project's `migrations/env.py` calls."""

import asyncio
from collections.abc import Coroutine, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from typing import Literal, Unpack

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import MigrationScript
from alembic.runtime.migration import MigrationContext
from sqlalchemy import URL, Connection, Engine, MetaData, NullPool, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.schema import DefaultClause
from sqlalchemy.sql.elements import False_, True_

from ..engine._engine import create_engine, with_async_driver
from ..engine._in_memory import is_in_memory
from ..models._timestamps import UtcDateTime
from ._comparison import Options, comparison, write_column_checks
from ._discovery import import_models
from ._enums import write_enums, write_new_values, written_enum
from ._failure import MigrationFailed
from ._operations import operate_with
from ._postgres import PostgresOperations, only_deployer
from ._sqlite import one_transaction, turn_foreign_keys_off
from ._table_copy import WholeTables

_PLUGINS = ("alembic.autogenerate.*", "alembic.ext.checkconstraint_byname")
_BOOLEANS: dict[type, str] = {True_: "sa.true()", False_: "sa.false()"}
_FOREIGN_TABLES = ("pgqueuer*",)
_PATIENCE = 300.0  # seconds to wait for another deployer on SQLite


def run_migrations(
    metadata: MetaData,
    url: str = "",
    models: str | Iterable[str] = (),
    foreign_tables: Iterable[str] = (),
    **options: Unpack[Options],
) -> None:
    """Run the migrations of an Alembic command; call it from `migrations/env.py`.

    The database is the one of `config.attributes["connection"]` if the caller put a connection
    or an engine there, else of `-x url=...`, else of `url`, else of `sqlalchemy.url` in
    `alembic.ini`. Another process that migrates it at the same time waits. An `--autogenerate`
    without differences writes no file.

    Args:
        metadata: The tables that `--autogenerate` compares the database with.
        url: The URL of the database.
        models: The modules, or packages with modules, that define the tables.
        foreign_tables: The tables that something else migrates, which `--autogenerate` does not
            drop; `*` stands for any characters. Those of pgqueuer are always among them.
        options: Options of the comparison and of the version table, as in Alembic's
            `EnvironmentContext.configure`: `include_schemas`, `include_name`,
            `include_object`, `compare_type`, `compare_server_default`, `version_table` and
            `version_table_schema`. Types, server defaults and the names of CHECK constraints are
            compared, and the schemas that tables of `metadata` name are included.

    Raises:
        TypeError: foreign_tables is one name instead of several.
        MigrationError: There is no database, models cannot be imported, SQLite cannot migrate on
            the connection, or the migration would lose a part of the schema.
    """
    import_models([models] if isinstance(models, str) else models)
    if isinstance(foreign_tables, str):
        raise TypeError(f"foreign_tables must be several names, not one: [{foreign_tables!r}]")
    chosen = comparison(metadata, options, (*_FOREIGN_TABLES, *foreign_tables))
    url = context.get_x_argument(as_dictionary=True).get("url") or url
    url = url or context.config.get_main_option("sqlalchemy.url", "")
    target = context.config.attributes.get("connection")
    if context.is_offline_mode():
        _configure(metadata, chosen, url=with_async_driver(_known(url)))
        _run(nullcontext())
    elif isinstance(target, Connection):
        _run_on(target, metadata, chosen)
    elif isinstance(target, Engine):
        with target.connect() as connection:
            _run_on(connection, metadata, chosen)
    elif isinstance(target, AsyncEngine) and is_in_memory(target.url):
        # A database in memory exists in this engine only.
        _complete(_connect_and_run(target, metadata, chosen))
    else:
        engine = _engine_for(_known(url) if target is None else target.url)
        _complete(_dispose_after(_connect_and_run(engine, metadata, chosen), engine))


def _known(url: str) -> str:
    if not url:
        raise MigrationFailed(
            "no database to migrate: pass url to run_migrations, or -x url=... to alembic, "
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
        # Alembic is not async: the caller's loop waits, and a loop in a thread runs the work.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(asyncio.run, work).result()


async def _dispose_after(work: Coroutine[None, None, None], engine: AsyncEngine) -> None:
    try:
        await work
    finally:
        await engine.dispose()


async def _connect_and_run(engine: AsyncEngine, metadata: MetaData, options: Options) -> None:
    async with engine.connect() as connection:
        await connection.run_sync(_run_on, metadata, options)


def _run_on(connection: Connection, metadata: MetaData, options: Options) -> None:
    if connection.dialect.name == "postgresql":
        with only_deployer(connection):
            _configure(metadata, options, connection)
            operate_with(PostgresOperations, context.get_context(), connection)
            _run(nullcontext())
        return
    turn_foreign_keys_off(connection)
    _configure(metadata, options, connection)
    operate_with(WholeTables, context.get_context(), connection)
    _run(one_transaction(connection))


def _configure(
    metadata: MetaData,
    options: Options,
    connection: Connection | None = None,
    url: URL | None = None,
) -> None:
    context.configure(
        connection=connection,
        url=url,
        literal_binds=url is not None,  # SQL that is written to a file
        # Alembic takes SQLite's DDL for not transactional; `one_transaction` makes it so.
        transactional_ddl=None if connection is None else True,
        target_metadata=metadata,
        # On PostgreSQL too, so that a migration written there runs on SQLite, which alters a
        # table by a copy.
        render_as_batch=True,
        render_item=_render,
        process_revision_directives=_finish,
        autogenerate_plugins=_PLUGINS,
        **options,
    )


def _run(guard: AbstractContextManager[None]) -> None:
    with context.begin_transaction(), guard:
        context.run_migrations()


def _finish(migration: MigrationContext, _revision: object, scripts: list[MigrationScript]) -> None:
    """Complete the script of `--autogenerate`, and write no file if it has no operations."""
    metadata = migration.opts["target_metadata"]
    for script in scripts:
        for operations in (*script.upgrade_ops_list, *script.downgrade_ops_list):
            write_column_checks(operations.ops)
        write_enums(script, metadata)
        if migration.connection is not None and _compares(migration):
            write_new_values(script, metadata, migration.connection)
    if _writes_a_comparison(migration) and all(_is_empty(script) for script in scripts):
        scripts.clear()
        context.config.print_stdout("The models match the database: no migration is written.")


def _compares(migration: MigrationContext) -> bool:
    """Return whether models are compared: `alembic revision --autogenerate` and `alembic check`."""
    environment = migration.environment_context
    revision = environment.context_opts["revision_context"] if environment else None
    return bool(getattr(revision, "command_args", {}).get("autogenerate"))


def _writes_a_comparison(migration: MigrationContext) -> bool:
    """Return whether a comparison is written to a file, unlike that of `alembic check`."""
    environment = migration.environment_context
    revision = environment.context_opts["revision_context"] if environment else None
    command, *_ = getattr(context.config.cmd_opts, "cmd", None) or [None]
    message = getattr(revision, "command_args", {}).get("message")
    named = message is not None or getattr(command, "__name__", "") == "revision"
    return named and _compares(migration)


def _is_empty(script: MigrationScript) -> bool:
    return script.upgrade_ops is None or script.upgrade_ops.is_empty()


def _render(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:
    """Return code that does not import this package, so that old migrations stay valid."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if kind == "server_default" and isinstance(item, DefaultClause):
        # SQLite compiles them to 0 and 1, which PostgreSQL refuses for a boolean column.
        return _BOOLEANS.get(type(item.arg), False)
    return kind == "type" and written_enum(item, context)
