"""The guard of commands that destroy data."""

from ftf.container.cli import Console, Exit, Project
from ftf.container.environment import Environment

from ._facts import DatabaseFacts


def permit(
    facts: DatabaseFacts,
    project: Project,
    environment: Environment,
    console: Console,
    *,
    force: bool,
    database: str | None,
) -> None:
    """Return if a database may lose its data, by its facts or because the user says so.

    Elsewhere than on this machine, and in staging and production, the name of the database has to
    be typed, or passed as `--force --database NAME`; in production `--force` is needed as well.

    Args:
        facts: The database.
        project: The project, which names databases that are disposable.
        environment: The environment.
        console: Where to ask.
        force: Whether the user passed `--force`.
        database: The name that the user passed as `--database`, if any.

    Raises:
        Exit: It may not; nothing was changed.
    """
    if facts.is_disposable(environment, project):
        return
    flags = f"--force --database {facts.name}"
    if force and database is not None:
        _compare(database, facts)
        return
    if environment is Environment.PRODUCTION and not force:
        raise Exit(
            f"This is production, and {facts.name} on {facts.place} keeps its data. To lose it, "
            f"pass --force and type the name, or pass {flags} in a script. "
            "Elsewhere, set FTF_ENV=local."
        )
    if not console.can_ask:
        raise Exit(
            f"{facts.name} on {facts.place} keeps its data, because there is no terminal to ask: "
            f"pass {flags}."
        )
    console.note(f"Database:    {facts.name}")
    console.note(f"Place:       {facts.place}")
    console.note(f"Environment: {environment}")
    console.note(f"Tables:      {facts.tables}")
    _compare(console.ask("Its data will be lost. Type the name of the database", flag=flags), facts)


def _compare(name: str, facts: DatabaseFacts) -> None:
    if name != facts.name:
        raise Exit(f"{name!r} is not the name of the database: nothing was changed.")
