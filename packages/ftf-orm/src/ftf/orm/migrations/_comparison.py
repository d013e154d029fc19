"""How `--autogenerate` compares models with a database."""

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import TypedDict

from alembic.operations.ops import (
    CreateTableOp,
    MigrateOperation,
    OpContainer,
)
from alembic.runtime.environment import (
    CompareServerDefault,
    CompareType,
    IncludeNameFn,
    IncludeObjectFn,
    NameFilterType,
)
from alembic.runtime.migration import MigrationContext
from sqlalchemy import JSON, CheckConstraint, Column, MetaData, String
from sqlalchemy.schema import SchemaItem
from sqlalchemy.types import TypeEngine

from ._enums import native_enum


class Options(TypedDict, total=False):
    """Options of Alembic's `EnvironmentContext.configure`, which documents each of them."""

    include_schemas: bool
    include_name: IncludeNameFn
    include_object: IncludeObjectFn
    compare_type: bool | CompareType
    compare_server_default: bool | CompareServerDefault
    version_table: str
    version_table_schema: str


def comparison(metadata: MetaData, chosen: Options, foreign_tables: Iterable[str]) -> Options:
    """Return the options of the comparison, with defaults for those that a project leaves out.

    Types and server defaults are compared, and the schemas of the models are included.

    Args:
        metadata: The tables of the models.
        chosen: The options of the project.
        foreign_tables: Patterns of the names of tables that something else migrates.
    """
    options = Options(compare_type=_differ, compare_server_default=True)
    schemas = {table.schema for table in metadata.tables.values()}
    if schemas - {None}:
        options["include_schemas"] = True
        options["include_name"] = lambda name, kind, _: kind != "schema" or name in schemas
    options |= chosen
    options["include_object"] = _own(tuple(foreign_tables), chosen.get("include_object"))
    return options


def _own(foreign_tables: tuple[str, ...], also: IncludeObjectFn | None) -> IncludeObjectFn:
    """Leave out the tables that something else migrates, which would be dropped.

    Leave out the CHECKs of `Enum` and `Boolean` too, which a database with native types lacks.
    """

    def include(
        item: SchemaItem,
        name: str | None,
        kind: NameFilterType,
        reflected: bool,  # noqa: FBT001  # Alembic passes five positional arguments
        other: SchemaItem | None,
    ) -> bool:
        if kind == "check_constraint" and getattr(item, "_type_bound", False):
            return False
        if kind == "table" and reflected and other is None and _is_among(name, foreign_tables):
            return False
        return also is None or also(item, name, kind, reflected, other)

    return include


def _is_among(name: str | None, patterns: tuple[str, ...]) -> bool:
    return name is not None and any(fnmatchcase(name, pattern) for pattern in patterns)


def same_default(
    column: Column[object], declared: str | None, inspected: str | None
) -> bool | None:
    """Return whether two server defaults are the same; None lets the database compare them.

    Defaults that are not SQL are compared as text, and so are those of JSON, which PostgreSQL
    cannot compare.
    """
    if declared is None or inspected is None:
        return None
    same = _plain(declared) == _plain(inspected)
    is_text = isinstance(getattr(column.server_default, "arg", None), str)
    return same if same or is_text or isinstance(column.type, JSON) else None


def write_column_checks(operations: Iterable[MigrateOperation]) -> None:
    """Add the CHECK constraints of columns to new tables, which Alembic leaves out."""
    for operation in operations:
        if isinstance(operation, OpContainer):
            write_column_checks(operation.ops)
        elif isinstance(operation, CreateTableOp):
            operation.columns = [*operation.columns, *_column_checks(operation)]


def _column_checks(operation: CreateTableOp) -> list[CheckConstraint]:
    return [
        CheckConstraint(check.sqltext, name=check.name)
        for column in operation.columns
        if isinstance(column, Column)
        for check in column.constraints
        if isinstance(check, CheckConstraint)
    ]


def _differ(
    migration: MigrationContext,
    _inspected: Column[object],
    _declared: Column[object],
    inspected: TypeEngine[object],
    declared: TypeEngine[object],
) -> bool | None:
    """Return False for a different length of an enum's VARCHAR; None lets Alembic compare."""
    if migration.dialect.name == "postgresql" or native_enum(declared) is None:
        return None
    return False if isinstance(inspected, String) and inspected.length else None


def _plain(default: str) -> str:
    """Return a default without PostgreSQL's casts and quotes, and a boolean as 0 or 1."""
    uncast = re.sub(r"::[\w ]+(\([\d, ]+\))?(\[\])?$", "", default.strip("()"))
    if len(uncast) > 1 and uncast[0] == uncast[-1] == "'":
        return uncast[1:-1].replace("''", "'")
    return {"true": "1", "false": "0"}.get(uncast.lower(), uncast)
