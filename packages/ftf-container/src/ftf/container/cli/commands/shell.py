"""`ftf shell`."""

import sys
from contextlib import AsyncExitStack
from typing import Annotated, Final

from ..._container import Container
from ...environment import Environment
from ...scopes._scope import Scope
from .._console import Console
from .._exit import WRONG_USAGE, Exit
from .._sandbox import enter_sandbox
from .._shell import Write, interact, names_of, refuse_production, run_code
from ..discovery._application import Application
from ..discovery._project import Project
from ..parameters._markers import Option

_SANDBOX: Final = (
    "\nThis is a sandbox: what you write to the database is rolled back at the end. Mails, jobs in "
    "other places and other engines are not."
)


async def shell(
    *,
    code: Annotated[str, Option(help="Run this, and end.", short="c")] = "",
    imports: Annotated[bool, Option(help="Import models and repositories.")] = True,
    sandbox: Annotated[
        bool | None, Option(help="Roll back what is written to the database; so in production.")
    ] = None,
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
    at the top level. What is not committed at the end is rolled back, and in a sandbox all.
    """
    if sandbox and write:
        raise Exit("--sandbox writes nothing: leave out --write.", WRONG_USAGE)
    scope.mark_rollback()  # what a transaction has not committed at the end is not meant to stay
    banner = ""
    async with AsyncExitStack() as stack:
        if not write and (environment is Environment.PRODUCTION if sandbox is None else sandbox):
            if not await enter_sandbox(container, stack):
                refuse_production(environment, write=write)
                raise Exit("The application has nothing that could be rolled back: omit --sandbox.")
            scope = await stack.enter_async_context(container.scoped_context())
            banner = _SANDBOX
        elif sandbox is False:
            refuse_production(environment, write=write)
        given = project if imports else None
        names = await names_of(application, container, scope, given, console)
        if code or not console.can_ask:
            await run_code(code or sys.stdin.read(), "<stdin>", names)
            return
        shown = ", ".join(sorted(names))
        console.note(f"{application} in {environment}: {shown}. End with Ctrl-D.{banner}")
        await interact(names)
