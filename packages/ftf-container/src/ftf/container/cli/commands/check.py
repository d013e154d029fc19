"""`ftf check`."""

import sys
from collections.abc import Callable

from .._console import Console
from .._exit import Exit
from ..discovery._application import Application
from ..discovery._index import CommandIndex
from ..discovery._project import Project
from ..parameters._signature import signature_of

_CHECKS = (("config", "check"), ("container", "validate"), ("db", "check"))


def check(
    application: Application, project: Project | None, commands: CommandIndex, console: Console
) -> None:
    """Check settings, services, routes, commands and models.

    Models are compared with the database. The exit code is 1 if something is wrong.
    """
    services = {"application": application, "project": project, "console": console}
    failed: list[str] = []
    for words in _CHECKS:
        entry = commands.find(words)
        if entry is None or not _has(words[0], application, project):
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


def _has(subject: str, application: Application, project: Project | None) -> bool:
    """Return whether the application has what a check is about."""
    match subject:
        case "config":  # an application that has settings has imported their room
            return bool(application.container) and "ftf.container.settings" in sys.modules
        case "db":
            return project is not None and project.alembic.is_file()
        case _:
            return True
