"""Dropping what a database contains: tables, views and enum types of the models' schemas."""

from collections.abc import Callable, Iterable
from typing import cast

from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, inspect
from sqlalchemy.engine import Inspector

# Objects that belong to an extension cannot be dropped, and come with it.
_OF_EXTENSIONS = """
SELECT coalesce(c.relname, t.typname) FROM pg_depend d
LEFT JOIN pg_class c ON d.classid = 'pg_class'::regclass AND c.oid = d.objid
LEFT JOIN pg_type t ON d.classid = 'pg_type'::regclass AND t.oid = d.objid
JOIN pg_namespace n ON n.oid = coalesce(c.relnamespace, t.typnamespace)
WHERE d.deptype = 'e' AND n.nspname = {schema}
"""

type Quote = Callable[[str], str]


def empty(migration: MigrationContext) -> list[str]:
    """Drop the tables, views and enum types of the schemas that the models name.

    Returns:
        What was dropped, such as "table posts".
    """
    connection = cast(Connection, migration.connection)  # None only for --sql
    schemas = _schemas(migration)
    dropped: list[str] = []
    for schema in schemas:
        statements = [*_statements(connection, schema)]
        for what, statement in statements:
            connection.exec_driver_sql(statement)
            dropped.append(what)
    return dropped


def _schemas(migration: MigrationContext) -> list[str | None]:
    metadata = migration.opts.get("target_metadata")
    known = metadata.tables.values() if isinstance(metadata, MetaData) else ()
    names = {table.schema for table in known} | {migration.version_table_schema}
    return [None, *sorted(name for name in names if name)]


def _statements(connection: Connection, schema: str | None) -> Iterable[tuple[str, str]]:
    """Return what to drop of a schema, each with its statement; views before tables."""
    inspector, quote = inspect(connection), _quoting(connection, schema)
    is_postgres = connection.dialect.name == "postgresql"
    foreign = _of_extensions(connection, inspector, schema) if is_postgres else frozenset()
    cascade = " CASCADE" if is_postgres else ""
    found = [("VIEW", name) for name in inspector.get_view_names(schema)]
    if is_postgres:
        views = inspector.get_materialized_view_names(schema)
        found += [("MATERIALIZED VIEW", name) for name in views]
    found += [("TABLE", name) for name in inspector.get_table_names(schema)]
    found += [("TYPE", name) for name in _enums(inspector, schema)]
    for kind, name in found:
        if name not in foreign:
            # IF EXISTS: what stands before it may have taken it along.
            yield f"{kind.lower()} {name}", f"DROP {kind} IF EXISTS {quote(name)}{cascade}"


def _enums(inspector: Inspector, schema: str | None) -> list[str]:
    read = getattr(inspector, "get_enums", None)  # PostgreSQL's
    return [each["name"] for each in read(schema)] if read else []


def _of_extensions(
    connection: Connection, inspector: Inspector, schema: str | None
) -> frozenset[str]:
    name = (schema or inspector.default_schema_name or "public").replace("'", "''")
    statement = _OF_EXTENSIONS.format(schema=f"'{name}'")
    return frozenset(connection.exec_driver_sql(statement).scalars())


def _quoting(connection: Connection, schema: str | None) -> Quote:
    preparer = connection.dialect.identifier_preparer
    prefix = f"{preparer.quote_identifier(schema)}." if schema else ""
    return lambda name: prefix + preparer.quote_identifier(name)
