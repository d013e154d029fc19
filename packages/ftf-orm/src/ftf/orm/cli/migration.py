"""`ftf make migration`."""

from typing import Annotated

from alembic import command
from alembic.operations.ops import DropTableOp, MigrateOperation, MigrationScript, OpContainer

from ftf.container.cli import Argument, Console, Exit, Option, Project

from ._alembic import Migrations, reported
from ._operations import described, is_destructive
from ._options import Values


def migration(
    message: Annotated[str, Argument(help="What it changes, in a few words.")],
    *,
    empty: Annotated[bool, Option(help="Write no operations, and compare nothing.")] = False,
    no_drops: Annotated[bool, Option(help="Leave out dropped tables and columns.")] = False,
    x: Values = (),
    project: Project,
    console: Console,
) -> None:
    """Write a migration.

    It has what differs between the models and the database; nothing is written if nothing does.
    """
    migrations = Migrations(project, x)
    state = migrations.state()
    if len(state.heads) > 1:
        heads = ", ".join(state.heads)
        raise Exit(f"There are several heads, {heads}: merge them by `alembic merge heads`.")
    if state.pending and not empty:
        raise Exit("Migrations are pending: apply them by `ftf db upgrade` first.")
    scripts: list[MigrationScript] = []

    def look(_context: object, _revision: object, found: list[MigrationScript]) -> None:
        for script in found if no_drops else ():
            _leave_out_drops(script)
        scripts.extend(found)

    with reported():
        written = command.revision(
            migrations.config, message, autogenerate=not empty, process_revision_directives=look
        )
    made = written if isinstance(written, list) else [written]
    paths = [each.path for each in made if each]
    if not paths:
        console.line("The models match the database: no migration is written.")
        return
    for each in described(operation for script in scripts for operation in script.upgrade_ops_list):
        console.line(console.style(each.text, "red") if each.is_destructive else each.text)
    console.line(f"Wrote {', '.join(paths)}. Apply it by `ftf db upgrade`.")
    console.document(files=paths)


def _leave_out_drops(script: MigrationScript) -> None:
    for operations in script.upgrade_ops_list:
        dropped = {each.table_name for each in operations.ops if isinstance(each, DropTableOp)}
        _remove(operations, dropped)
    script.downgrade_ops = [each.reverse() for each in script.upgrade_ops_list]


def _remove(operations: OpContainer, tables: set[str]) -> None:
    """Remove what drops columns and tables, with the indexes of those tables."""
    kept: list[MigrateOperation] = []
    for each in operations.ops:
        is_lost = is_destructive(each) or getattr(each, "table_name", None) in tables
        if isinstance(each, OpContainer):
            _remove(each, tables)
            is_lost = each.is_empty()
        kept += [] if is_lost else [each]
    operations.ops = kept
