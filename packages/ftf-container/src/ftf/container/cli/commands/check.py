"""`ftf check`."""

import os
import sys
from collections.abc import Awaitable, Callable
from typing import Annotated

from ...environment import Environment
from .._console import Console
from .._deployment import Deployment, find_faults
from .._exit import Exit
from ..discovery._application import Application
from ..discovery._index import CommandIndex
from ..discovery._project import Project
from ..parameters._markers import Option
from ..parameters._signature import signature_of

_CHECKS = (("config", "check"), ("container", "validate"), ("db", "check"))
_NEEDED = {"config check", "container validate"}  # for the services that a deployment is asked for


def check(
    *,
    deploy: Annotated[bool, Option(help="Look for what is wrong in production.")] = False,
    workers: Annotated[
        int | None, Option(help="The processes that serve it; by default WEB_CONCURRENCY.", min=1)
    ] = None,
    application: Application,
    project: Project | None,
    environment: Environment,
    commands: CommandIndex,
    console: Console,
) -> Awaitable[None] | None:
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
    if deploy and not _NEEDED.isdisjoint(failed):
        console.note("The deployment is checked once settings and services are right.")
    elif deploy:
        number = workers or _workers(os.environ.get("WEB_CONCURRENCY", ""))
        deployment = Deployment(application, project, environment, number)
        return _check_deployment(deployment, find_faults(deployment), failed, console)
    _end(failed)
    return None


async def _check_deployment(
    deployment: Deployment, faults: Awaitable[list[str]], failed: list[str], console: Console
) -> None:
    """Write the faults of a deployment, and close what was opened to find them.

    Raises:
        Exit: There are some, or something else has failed.
    """
    container = deployment.application.container
    try:
        found = await faults
    finally:
        if not deployment.application.is_given:
            await container.dispose_all()
    for each in found:
        console.line(each)
    console.document(deployment=found)
    _end([*failed, *(["deployment"] if found else [])])


def _end(failed: list[str]) -> None:
    """End the command.

    Raises:
        Exit: Something has failed.
    """
    if failed:
        raise Exit(f"Failed: {', '.join(failed)}.")


def _workers(text: str) -> int:
    """Return the number of processes that a variable names."""
    return int(text) if text.isascii() and text.isdigit() and int(text) else 1


def _has(subject: str, application: Application, project: Project | None) -> bool:
    """Return whether the application has what a check is about."""
    match subject:
        case "config":  # an application that has settings has imported their room
            return bool(application.container) and "ftf.container.settings" in sys.modules
        case "db":
            return project is not None and project.alembic.is_file()
        case _:
            return True
