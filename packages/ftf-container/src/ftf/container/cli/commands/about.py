"""`ftf about`."""

import platform
from importlib.metadata import PackageNotFoundError, version

from ...environment import Environment
from .._console import Console
from ..discovery._application import find_application
from ..discovery._project import Project

_PACKAGES = (
    "ftf-container",
    "ftf-http",
    "ftf-orm",
    "ftf-testing",
    "fastapi",
    "starlette",
    "uvicorn",
    "sqlalchemy",
    "alembic",
)


def about(project: Project | None, environment: Environment, console: Console) -> None:
    """Show the environment, the project and versions."""
    application = find_application(project)
    facts = {
        "environment": environment.value,
        "project": str(project.root) if project else "none",
        "application": str(application or "none"),
        "python": platform.python_version(),
    }
    for name in _PACKAGES:
        try:
            facts[name] = version(name)
        except PackageNotFoundError:
            facts[name] = "not installed"
    console.table(facts.items())
    console.document(**facts)
