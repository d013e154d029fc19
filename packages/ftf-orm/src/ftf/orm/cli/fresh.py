"""`ftf db fresh`."""

from alembic import command

from ftf.container.cli import Console, Project
from ftf.container.environment import Environment

from ._alembic import Migrations, reported
from ._emptying import empty
from ._facts import DatabaseFacts
from ._guard import permit
from ._options import Database, Force, Values


def fresh(  # noqa: PLR0913  # the options of one command
    *,
    force: Force = False,
    database: Database = None,
    x: Values = (),
    project: Project,
    environment: Environment,
    console: Console,
) -> None:
    """Drop all tables, views and enum types, and apply every migration."""
    migrations = Migrations(project, x)
    with reported():
        facts = migrations.inspect(DatabaseFacts.of_migration)
        permit(facts, project, environment, console, force=force, database=database)
        dropped = migrations.inspect(empty)
        command.upgrade(migrations.config, "heads")
    state = migrations.state()
    for each in dropped:
        console.detail(f"dropped {each}")
    console.line(
        f"Dropped {len(dropped)} tables, views and types of {facts.name}, which is now at "
        f"{', '.join(state.current) or 'base'}. Fill it by `ftf db seed`."
    )
    console.document(database=facts.name, dropped=dropped, current=state.current)
