"""The command line `ftf`: commands are functions, whose services come from the container."""

from ._console import Console
from ._deployment import Deployment, DeploymentCheck
from ._exit import Exit
from ._invocation import Result, invoke
from ._progress import Progress
from .discovery._application import Application, find_application
from .discovery._index import CommandEntry, CommandIndex
from .discovery._project import Project, find_project
from .parameters._markers import Argument, Option, command

__all__ = [
    "Application",
    "Argument",
    "CommandEntry",
    "CommandIndex",
    "Console",
    "Deployment",
    "DeploymentCheck",
    "Exit",
    "Option",
    "Progress",
    "Project",
    "Result",
    "command",
    "find_application",
    "find_project",
    "invoke",
]
