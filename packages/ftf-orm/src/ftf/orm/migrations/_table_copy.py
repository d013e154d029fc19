"""Table copies on SQLite that keep what Alembic's reflection leaves out.

SQLite can alter little of a table, so Alembic creates another one, copies the rows and renames it
(https://alembic.sqlalchemy.org/en/latest/batch.html). It reads the old table by reflection, which
leaves out triggers, indexes over expressions, the direction and collation of an index's columns,
collations of columns, AUTOINCREMENT and its counter.
"""

import re
from dataclasses import dataclass
from typing import cast

from alembic.ddl.sqlite import SQLiteImpl
from alembic.operations.batch import ApplyBatchImpl
from alembic.util.sqla_compat import is_expression_index
from sqlalchemy import (
    CheckConstraint,
    Computed,
    Connection,
    Index,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateIndex

from . import _sqlite_schema
from ._failure import MigrationFailed
from ._operations import TextDefaults


@dataclass(frozen=True, slots=True)
class _Kept:
    """The parts of a table that are created again after the copy has its name.

    Attributes:
        copy: The copy's name until then.
        objects: The SQL of indexes and triggers, by name.
        counter: The largest key that AUTOINCREMENT has generated, if any.
        conflicts: The number of ON CONFLICT clauses of the table.
    """

    copy: str
    objects: dict[str, str]
    counter: int | None
    conflicts: int


class WholeTables(TextDefaults, SQLiteImpl):
    """Alembic's operations on SQLite. Without a `__dialect__` it is not registered for others."""

    connection: Connection
    _kept: _Kept | None = None

    def prep_table_for_batch(self, batch_impl: ApplyBatchImpl, table: Table) -> None:
        """Complete the new table, and read the parts to create again afterwards."""
        words = _sqlite_schema.words(_sqlite_schema.table_sql(self.connection, table.name))
        options = _sqlite_schema.table_options(self.connection, table.name)
        if counts := "AUTOINCREMENT" in words:
            options["autoincrement"] = True
        new = cast(Table, batch_impl.new_table)  # Alembic has set it
        new.dialect_options["sqlite"].update(options)
        if "COLLATE" in words:
            _keep_collations(batch_impl, _sqlite_schema.collations(self.connection, table.name))
        _leave_out_computed_columns(batch_impl)
        _keep_unnamed_checks(batch_impl, new)
        triggers = _sqlite_schema.objects_of(self.connection, "trigger", table.name)
        self._kept = _Kept(
            copy=batch_impl.temp_table_name,
            objects=self._indexes_to_keep(batch_impl) | triggers,
            counter=_sqlite_schema.counter(self.connection, table.name) if counts else None,
            conflicts=words.count("ON CONFLICT"),
        )

    def rename_table(
        self, old_table_name: str, new_table_name: str, schema: str | None = None
    ) -> None:
        """Rename a table; if that ends a copy, create its indexes and triggers again."""
        kept, self._kept = self._kept, None
        if kept is None or kept.copy != old_table_name:
            super().rename_table(old_table_name, new_table_name, schema)
            return
        # Without it, a view of the table, which is dropped by now, makes the renaming fail
        # (https://www.sqlite.org/lang_altertable.html). Views are checked after the migration.
        self.connection.exec_driver_sql("PRAGMA legacy_alter_table = ON")
        try:
            super().rename_table(old_table_name, new_table_name, schema)
        finally:
            self.connection.exec_driver_sql("PRAGMA legacy_alter_table = OFF")
        _restore(self.connection, new_table_name, kept)

    def correct_for_autogen_constraints(
        self,
        conn_unique_constraints: set[UniqueConstraint],
        conn_indexes: set[Index],
        metadata_unique_constraints: set[UniqueConstraint],
        metadata_indexes: set[Index],
    ) -> None:
        """Compare indexes over expressions by name: reflection leaves them out."""
        del conn_unique_constraints, metadata_unique_constraints
        reflected = {index.name for index in conn_indexes}
        for index in filter(is_expression_index, [*metadata_indexes]):
            known = _sqlite_schema.has_index(self.connection, str(index.name))
            if index.name not in reflected and known:
                metadata_indexes.discard(index)

    def _indexes_to_keep(self, batch: ApplyBatchImpl) -> dict[str, str]:
        """Return the indexes that Alembic would lose or change, and remove them from its batch."""
        kept = _sqlite_schema.objects_of(self.connection, "index", batch.table.name)
        for index in batch.table.indexes:
            name = str(index.name)
            made = str(CreateIndex(index).compile(dialect=self.dialect))
            if name not in batch.indexes or _same(made, kept.get(name, "")):
                kept.pop(name, None)  # dropped in this batch, or created again by Alembic
        for name in kept:
            batch.indexes.pop(name, None)
        return {name: sql for name, sql in kept.items() if name not in batch.new_indexes}


def _same(one: str, other: str) -> bool:
    return one.replace('"', "").split() == other.replace('"', "").split()


def _keep_collations(batch: ApplyBatchImpl, collations: dict[str, str]) -> None:
    for name in collations.keys() & batch.columns.keys():
        kind, collation = batch.columns[name].type, collations[name]
        if not isinstance(kind, String):
            raise MigrationFailed(
                f"the copy of table {batch.table.name} would lose the collation {collation} of "
                f"column {name}, because the type {kind!r} has none: set a new type of the column "
                "in SQL, by op.execute(...)"
            )
        if kind.collation is None:
            kind = kind.copy()
            kind.collation = collation
            batch.columns[name].type = kind


def _leave_out_computed_columns(batch: ApplyBatchImpl) -> None:
    """Copy no values of computed columns, which SQLite refuses to insert."""
    for name, column in batch.columns.items():
        if isinstance(column.server_default, Computed):
            batch.column_transfers[name].pop("expr", None)


def _keep_unnamed_checks(batch: ApplyBatchImpl, new: Table) -> None:
    """Add the CHECK constraints without a name, which Alembic leaves out unless they are passed."""
    if not batch.reflected or any(isinstance(arg, CheckConstraint) for arg in batch.table_args):
        return
    dropped = {name for name in batch.table.c.keys() if name not in batch.columns}  # noqa: SIM118
    renamed = {name for name, column in batch.columns.items() if column.name != name}
    for check in batch.table.constraints:
        if not isinstance(check, CheckConstraint) or check.name:
            continue
        condition = _balanced(str(check.sqltext))
        named = set(re.findall(r"\w+", condition))
        if named & renamed:
            raise MigrationFailed(
                f"the copy of table {batch.table.name} would lose CHECK ({condition}), which "
                f"names the renamed column {min(named & renamed)}: pass the new one as "
                "batch_alter_table(..., table_args=[sa.CheckConstraint(...)])"
            )
        if not named & dropped:
            new.append_constraint(CheckConstraint(condition))


def _balanced(condition: str) -> str:
    """Return a condition without the brackets at its end that older SQLAlchemy reads too many."""
    surplus = max(condition.count(")") - condition.count("("), 0)
    return condition[: len(condition) - surplus]


def _restore(connection: Connection, table: str, kept: _Kept) -> None:
    words = _sqlite_schema.words(_sqlite_schema.table_sql(connection, table))
    if words.count("ON CONFLICT") < kept.conflicts:
        raise MigrationFailed(
            f"the copy of table {table} would lose ON CONFLICT clauses: describe the whole table "
            "by batch_alter_table(..., copy_from=sa.Table(...))"
        )
    if kept.counter is not None and "AUTOINCREMENT" in words:
        _sqlite_schema.set_counter(connection, table, kept.counter)
    for name, sql in kept.objects.items():
        try:
            connection.exec_driver_sql(sql)
        except OperationalError as error:
            raise MigrationFailed(
                f"the copy of table {table} would lose {name} ({error.orig}): drop it before the "
                f"change, and create it again after it. It is: {sql}"
            ) from error
