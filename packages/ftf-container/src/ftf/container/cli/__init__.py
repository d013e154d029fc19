"""The command line `ftf`: commands are functions, whose services come from the container."""

from typing import TYPE_CHECKING

from .._lazy import lazy

if TYPE_CHECKING:
    from ._console import Console
    from ._deployment import Deployment, DeploymentCheck
    from ._exit import Exit
    from ._invocation import Result, invoke
    from ._progress import Progress
    from .discovery._application import Application, find_application
    from .discovery._index import CommandEntry, CommandIndex
    from .discovery._project import Project, find_project
    from .parameters._markers import Argument, Option, command
else:
    # `ftf --help` starts with this package, and needs none of its names.
    __getattr__, __dir__ = lazy(
        __name__,
        {
            "Application": ".discovery._application",
            "Argument": ".parameters._markers",
            "CommandEntry": ".discovery._index",
            "CommandIndex": ".discovery._index",
            "Console": "._console",
            "Deployment": "._deployment",
            "DeploymentCheck": "._deployment",
            "Exit": "._exit",
            "Option": ".parameters._markers",
            "Progress": "._progress",
            "Project": ".discovery._project",
            "Result": "._invocation",
            "command": ".parameters._markers",
            "find_application": ".discovery._application",
            "find_project": ".discovery._project",
            "invoke": "._invocation",
        },
    )

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
