"""`ftf check`."""

from collections.abc import Callable

from .._console import Console
from .._exit import Exit
from ..discovery._application import Application
from ..discovery._index import CommandIndex
from ..discovery._project import Project
from ..parameters._signature import signature_of

_CHECKS = (("container", "validate"), ("db", "check"))


def check(
    application: Application, project: Project | None, commands: CommandIndex, console: Console
) -> None:
    """Check services, routes, commands and models.

    Models are compared with the database. The exit code is 1 if something is wrong.
    """
    services = {"application": application, "project": project, "console": console}
    failed: list[str] = []
    for words in _CHECKS:
        entry = commands.find(words)
        is_about_database = words[0] == "db"
        if entry is None or (is_about_database and not (project and project.alembic.is_file())):
            continue
        signature = signature_of(entry)
        run: Callable[..., object] = signature.function
        try:
            run(**{name: services[name] for name in signature.services})
        except Exit as end:
            console.error(f"ftf {entry.name}: {end}")
            failed.append(entry.name)
    console.document(failed=failed)
    if failed:
        raise Exit(f"Failed: {', '.join(failed)}.")
