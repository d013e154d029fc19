"""`ftf db upgrade`."""

from typing import Annotated

from alembic import command

from ftf.container.cli import Argument, Console, Option, Project

from ._alembic import Migrations, reported
from ._options import Values


def upgrade(
    revision: Annotated[str, Argument(help="Where to stop; by default the newest.")] = "head",
    *,
    sql: Annotated[bool, Option(help="Write SQL to stdout, and change nothing.")] = False,
    x: Values = (),
    project: Project,
    console: Console,
) -> None:
    """Apply the migrations that the database lacks."""
    migrations = Migrations(project, x)
    if sql:
        with reported():
            command.upgrade(migrations.config, revision, sql=True)
        return
    before = migrations.state()
    if before.pending:
        with reported():
            command.upgrade(migrations.config, revision)
    after = migrations.state() if before.pending else before
    applied = migrations.between(before.current, after.current) if before != after else ()
    for each in applied:
        console.line(f"applied {each}")
    if not applied:
        console.line(f"Nothing to do: the database is at {', '.join(after.current) or 'base'}.")
    console.document(applied=[each.id for each in applied], current=after.current)
