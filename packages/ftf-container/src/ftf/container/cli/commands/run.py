"""`ftf run`."""

from pathlib import Path
from typing import Annotated

from ..._container import Container
from ...environment import Environment
from ...scopes._scope import Scope
from .._console import Console
from .._exit import WRONG_USAGE, Exit
from .._shell import Write, names_of, refuse_production, run_code
from ..discovery._application import Application
from ..discovery._project import Project
from ..parameters._markers import Argument


async def run(
    script: Annotated[Path, Argument(help="A file with Python, which may await at the top.")],
    *,
    write: Write = False,
    application: Application,
    project: Project | None,
    environment: Environment,
    container: Container,
    scope: Scope,
    console: Console,
) -> None:
    """Run a script in the application.

    It has the names app, container, scope and session, the models and repositories, and may await
    at the top level.
    """
    refuse_production(environment, write=write)
    if not script.is_file():
        raise Exit(f"There is no file {script}.", WRONG_USAGE)
    names = await names_of(application, container, scope, project, console)
    await run_code(script.read_text(encoding="utf-8"), str(script), names)
