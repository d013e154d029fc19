"""`ftf db downgrade`."""

from typing import Annotated

from alembic import command

from ftf.container.cli import Argument, Console, Option, Project
from ftf.container.environment import Environment

from ._alembic import Migrations, reported
from ._facts import DatabaseFacts
from ._guard import permit
from ._options import Database, Force, Values


def downgrade(
    revision: Annotated[str, Argument(help="Where to go back to; by default one.")] = "-1",
    *,
    sql: Annotated[bool, Option(help="Write SQL to stdout, and change nothing.")] = False,
    force: Force = False,
    database: Database = None,
    x: Values = (),
    project: Project,
    environment: Environment,
    console: Console,
) -> None:
    """Take migrations back, by default the last one."""
    migrations = Migrations(project, x)
    if sql:
        with reported():
            command.downgrade(migrations.config, revision, sql=True)
        return
    before = migrations.state(create=False)
    if not before.current:
        console.line("Nothing to do: no migration is applied.")
        return
    with reported():
        facts = migrations.inspect(DatabaseFacts.of_migration)
        permit(facts, project, environment, console, force=force, database=database)
        command.downgrade(migrations.config, revision)
    after = migrations.state()
    gone = migrations.between(after.current, before.current)
    for each in reversed(gone):
        console.line(f"took back {each}")
    console.document(taken_back=[each.id for each in gone], current=after.current)
