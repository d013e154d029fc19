"""`ftf shell`."""

import sys
from typing import Annotated

from ..._container import Container
from ...environment import Environment
from ...scopes._scope import Scope
from .._console import Console
from .._shell import Write, interact, names_of, refuse_production, run_code
from ..discovery._application import Application
from ..discovery._project import Project
from ..parameters._markers import Option


async def shell(  # noqa: PLR0913  # the services of one command
    *,
    code: Annotated[str, Option(help="Run this, and end.", short="c")] = "",
    imports: Annotated[bool, Option(help="Import models and repositories.")] = True,
    write: Write = False,
    application: Application,
    project: Project | None,
    environment: Environment,
    container: Container,
    scope: Scope,
    console: Console,
) -> None:
    """Open Python in the application.

    It has the names app, container, scope and session, the models and repositories, and may await
    at the top level. What is not committed at the end is rolled back.
    """
    refuse_production(environment, write=write)
    scope.mark_rollback()  # what a transaction has not committed at the end is not meant to stay
    given = project if imports else None
    names = await names_of(application, container, scope, given, console)
    if code or not console.can_ask:
        await run_code(code or sys.stdin.read(), "<stdin>", names)
        return
    console.note(f"{application} in {environment}: {', '.join(sorted(names))}. End with Ctrl-D.")
    await interact(names)
