"""Enum types of PostgreSQL in migrations: CREATE TYPE, DROP TYPE and new values."""

from collections.abc import Iterable, Iterator
from typing import Literal

from alembic.autogenerate import renderers
from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    MigrationScript,
    OpContainer,
)
from sqlalchemy import ARRAY, Column, Connection, MetaData, TypeDecorator, inspect
from sqlalchemy.dialects.postgresql import (
    ENUM,
    CreateEnumType,
    DropEnumType,
    asyncpg,
)
from sqlalchemy.dialects.postgresql.base import PGIdentifierPreparer, PGInspector
from sqlalchemy.types import TypeEngine

type _Enums = dict[tuple[str | None, str], ENUM]
type _Place = tuple[str | None, str, str]

_POSTGRES = asyncpg.dialect()  # type: ignore[no-untyped-call]


def write_enums(script: MigrationScript, metadata: MetaData) -> None:
    """Create the enums of a migration before its tables, and drop the unused ones after them.

    Alembic creates an enum with every table that uses it, but not with an added column, and drops
    no enum.
    """
    for upgrade, downgrade in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
        added, removed = dict(_places(upgrade.ops)), dict(_places(downgrade.ops))
        unchanged = (
            column.type
            for table in metadata.tables.values()
            for column in table.columns
            if (table.schema, table.name, column.name) not in added
        )
        kept = _enums(unchanged)
        before, after = kept | _enums(removed.values()), kept | _enums(added.values())
        _change(upgrade, before, after)
        _change(downgrade, after, before)


def written_enum(item: object, context: AutogenContext) -> str | Literal[False]:
    """Return the code of an enum column that does not create the type, or False."""
    enum = native_enum(item) if isinstance(item, TypeEngine) else None
    if enum is None:
        return False
    context.imports.add("from sqlalchemy.dialects import postgresql")
    options = {"name": str(enum.name), "create_type": False}
    for name in ("schema", "create_constraint"):
        if value := getattr(item, name, None):
            options[name] = value
    named = (f"{name}={value!r}" for name, value in options.items())
    return f"postgresql.ENUM({', '.join([*map(repr, enum.enums), *named])})"


def write_new_values(script: MigrationScript, metadata: MetaData, connection: Connection) -> None:
    """Add the values that the enums of the models have, and those of the database lack.

    PostgreSQL cannot remove a value from an enum: the downgrade leaves them, and so are values
    left that the models lack.
    """
    inspector = inspect(connection)
    if not isinstance(inspector, PGInspector):
        return
    found = {
        (None if enum["visible"] else enum["schema"], enum["name"]): enum["labels"]
        for enum in inspector.get_enums("*")
    }
    types = (column.type for table in metadata.tables.values() for column in table.columns)
    for key, enum in sorted(_enums(types).items(), key=str):
        if key in found:
            for upgrade in script.upgrade_ops_list:
                upgrade.ops[:0] = map(_on_postgres, _new_values(enum, list(found[key])))


def _new_values(enum: ENUM, labels: list[str]) -> Iterator[str]:
    name = PGIdentifierPreparer(_POSTGRES).format_type(enum)  # type: ignore[no-untyped-call]
    for position, value in enumerate(enum.enums):
        if value in labels:
            continue
        place = (
            f"AFTER {_text(enum.enums[position - 1])}" if position else f"BEFORE {_text(labels[0])}"
        )
        yield f"ALTER TYPE {name} ADD VALUE IF NOT EXISTS {_text(value)} {place}"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


class _OnPostgresOp(ExecuteSQLOp):
    """A statement that is executed on PostgreSQL only."""


@renderers.dispatch_for(_OnPostgresOp)
def _written(_: AutogenContext, operation: _OnPostgresOp) -> list[str]:
    guard = 'if op.get_context().dialect.name == "postgresql":'
    return [guard, f"op.execute({operation.sqltext!r})", ""]


def _change(operations: OpContainer, before: _Enums, after: _Enums) -> None:
    created = [CreateEnumType(after[key]) for key in after.keys() - before.keys()]
    dropped = [DropEnumType(before[key]) for key in before.keys() - after.keys()]
    first, last = (
        sorted(str(statement.compile(dialect=_POSTGRES)) for statement in statements)
        for statements in (created, dropped)
    )
    operations.ops[:0] = map(_on_postgres, first)
    operations.ops += map(_on_postgres, last)


def _on_postgres(statement: str) -> _OnPostgresOp:
    return _OnPostgresOp(statement.replace(":", r"\:"))  # text() reads `:name` as a parameter


def _places(operations: Iterable[MigrateOperation]) -> Iterator[tuple[_Place, TypeEngine[object]]]:
    """Yield the columns that operations create, with their types."""
    for operation in operations:
        if isinstance(operation, OpContainer):
            yield from _places(operation.ops)
        elif isinstance(operation, CreateTableOp):
            for column in operation.columns:
                if isinstance(column, Column):
                    place = (operation.schema, operation.table_name, column.name)
                    yield place, column.type
        elif isinstance(operation, AddColumnOp):
            column = operation.column
            yield (operation.schema, operation.table_name, column.name), column.type
        elif isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            place = (operation.schema, operation.table_name, operation.column_name)
            yield place, operation.modify_type


def _enums(types: Iterable[TypeEngine[object]]) -> _Enums:
    on_postgres = (kind.dialect_impl(_POSTGRES) for kind in types)
    items = (kind.item_type if isinstance(kind, ARRAY) else kind for kind in on_postgres)
    found = (native_enum(item) for item in items)
    return {(enum.schema, str(enum.name)): enum for enum in found if enum is not None}


def native_enum(kind: TypeEngine[object]) -> ENUM | None:
    """Return the native enum of a type on PostgreSQL, if it has one."""
    while isinstance(kind, TypeDecorator):
        kind = kind.impl_instance
    native = kind.dialect_impl(_POSTGRES)
    return native if isinstance(native, ENUM) else None
