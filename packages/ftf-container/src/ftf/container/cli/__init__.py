"""The command line `ftf`: commands are functions, whose services come from the container."""

from ._application import Application, find_application
from ._console import Console
from ._exit import Exit
from ._index import CommandEntry, CommandIndex
from ._invocation import Result, invoke
from ._markers import Argument, Option, command
from ._progress import Progress
from ._project import Project, find_project

__all__ = [
    "Application",
    "Argument",
    "CommandEntry",
    "CommandIndex",
    "Console",
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
