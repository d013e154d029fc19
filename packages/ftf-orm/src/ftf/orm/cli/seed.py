"""`ftf db seed`."""

from functools import partial
from typing import Annotated

from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container import Container
from ftf.container.cli import Argument, Console, Exit, Option, Project
from ftf.container.environment import Environment

from ..exceptions import SeederFailed
from ..seeding._environment import is_allowed
from ..seeding._order import in_order
from ..seeding._run import SeederRun, run_seeders
from ._facts import DatabaseFacts
from ._guard import permit
from ._options import Database, Force
from ._seeders import find_seeders


async def seed(
    names: Annotated[tuple[str, ...], Argument(help="Seeders; by default all.")] = (),
    *,
    only: Annotated[bool, Option(help="Leave out what they come after.")] = False,
    seed: Annotated[int, Option(help="The seed of random values.")] = 0,
    force: Force = False,
    database: Database = None,
    dry_run: Annotated[bool, Option(help="Show the order, and store nothing.")] = False,
    container: Container,
    project: Project,
    environment: Environment,
    console: Console,
) -> None:
    """Store the records that the application starts with."""
    chosen = find_seeders(project, names)
    ordered = chosen if only else in_order(chosen)
    refused = [each for each in ordered if not is_allowed(each.environments, environment.value)]
    if force and refused:
        engine = await container.aresolve(AsyncEngine)
        async with engine.connect() as connection:
            facts = await connection.run_sync(DatabaseFacts.of)
        permit(facts, project, environment, console, force=force, database=database)
    allowed = [each for each in ordered if force or each not in refused]
    for each in refused if not force else ():
        console.note(f"{each.__name__} is left out: it is not for {environment}.")
    if dry_run:
        for each in allowed:
            console.line(each.__name__)
        return
    done: list[SeederRun] = []
    run = partial(run_seeders, container, seed=seed, force=force, only=True)
    for number, each in enumerate(allowed, 1):
        label = f"{each.__name__} ({number} of {len(allowed)}), rows"
        try:
            with console.progress(label, each.rows) as progress:
                done += await run([each], on_rows=progress.advance)
        except SeederFailed as error:
            _report(done, console)
            failed = SeederFailed(each, [run.seeder for run in done])
            failed.__cause__ = error.__cause__
            raise Exit(str(failed)) from error.__cause__
    _report(done, console)


def _report(done: list[SeederRun], console: Console) -> None:
    console.table(
        [(run.seeder.__name__, _written(run), f"{run.seconds * 1000:.0f} ms") for run in done]
    )
    console.document(
        seeders=[
            {"name": run.seeder.__name__, "rows": dict(run.rows), "seconds": run.seconds}
            for run in done
        ]
    )


def _written(run: SeederRun) -> str:
    return ", ".join(f"{table} {rows}" for table, rows in run.rows.items()) or "nothing new"
