"""`ftf db fresh`."""

from collections.abc import Awaitable
from typing import Annotated

from alembic import command

from ftf.container.cli import Console, Exit, Option, Project, find_application
from ftf.container.environment import Environment

from ._alembic import Migrations, reported
from ._emptying import empty
from ._facts import DatabaseFacts
from ._guard import permit
from ._options import Database, Force, Values
from .seed import seed as run_seeders


def fresh(
    *,
    seed: Annotated[bool, Option(help="Run the seeders after it, as `ftf db seed`.")] = False,
    force: Force = False,
    database: Database = None,
    x: Values = (),
    project: Project,
    environment: Environment,
    console: Console,
) -> Awaitable[None] | None:
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
    hint = "" if seed else " Fill it by `ftf db seed`."
    console.line(
        f"Dropped {len(dropped)} tables, views and types of {facts.name}, which is now at "
        f"{', '.join(state.current) or 'base'}.{hint}"
    )
    console.document(database=facts.name, dropped=dropped, current=state.current)
    return _seed(project, environment, console) if seed else None


async def _seed(project: Project, environment: Environment, console: Console) -> None:
    """Run the seeders in the application's container.

    Raises:
        Exit: The project names no application, or a seeder failed.
    """
    application = find_application(project)
    if application is None:
        raise Exit("Seeders get their services from an application: name it in [tool.ftf] app.")
    async with application.container as container:
        await container.boot()
        await run_seeders(
            container=container, project=project, environment=environment, console=console
        )
