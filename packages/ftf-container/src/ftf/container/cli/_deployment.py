"""`Deployment`: what `ftf check --deploy` gives to the checks of packages."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from inspect import isawaitable
from typing import Final

from ..environment import Environment
from ._exit import Exit
from ._extensions import extensions
from .discovery._application import Application
from .discovery._project import Project

GROUP: Final = "ftf.deployment"


@dataclass(frozen=True, slots=True)
class Deployment:
    """An application as it is to run in production.

    Args:
        application: The application.
        project: The project, if there is one.
        environment: The environment that it would run in.
        workers: The number of processes that serve it.
    """

    application: Application
    project: Project | None
    environment: Environment
    workers: int


type DeploymentCheck = Callable[[Deployment], Iterable[str] | Awaitable[Iterable[str]]]
"""Returns a line for each fault, with its remedy. It may open singletons, which are closed."""


def find_faults(deployment: Deployment) -> Awaitable[list[str]]:
    """Check a deployment. What may not run in an event loop has run when this returns.

    Raises:
        Exit: A check cannot be loaded.
    """
    found = [_result(check, deployment) for check in extensions(GROUP, "check")]

    async def awaited() -> list[str]:
        each = [await part if isawaitable(part) else part for part in found]
        return [line for lines in each for line in lines]

    return awaited()


def _result(
    check: DeploymentCheck, deployment: Deployment
) -> Iterable[str] | Awaitable[Iterable[str]]:
    """Return what a check finds, or why it cannot look, such as a database that is not there."""
    try:
        return check(deployment)
    except Exit as end:
        return [str(end)]
