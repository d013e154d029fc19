"""`Session`: what one run of `ftf` knows: the project, the application, the console."""

import os
import sys
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from ..environment import Environment, UnknownEnvironmentError, current_environment
from ._console import Console
from ._exit import WRONG_USAGE, Exit
from .discovery._application import Application, find_application, no_application
from .discovery._index import CommandIndex, find_commands
from .discovery._project import Project, find_project, no_project


@dataclass
class Session:
    """What the global options of one run say, and what follows from them.

    Args:
        start: The folder that the project is looked for from.
        target: The application that `--app` names.
        console: What the command writes to.
        given: The application, if it is at hand.
    """

    start: Path = field(default_factory=Path.cwd)
    target: str = ""
    console: Console = field(default_factory=Console)
    given: Application | None = None

    @cached_property
    def found(self) -> Project | None:
        """The project, if there is one; its modules can be imported from then on.

        Raises:
            Exit: Its `pyproject.toml` has a fault.
        """
        return find_project(self.start.resolve())

    @property
    def project(self) -> Project:
        """The project.

        Raises:
            Exit: There is none, or its `pyproject.toml` has a fault.
        """
        if self.found is None:
            raise no_project(self.start.resolve())
        return self.found

    @cached_property
    def index(self) -> CommandIndex:
        """The commands. A fault of the project's settings leaves out its own, with a note."""
        try:
            project = self.found
        except Exit as error:
            self.console.note(f"The commands of this project are left out: {error}")
            project = None
        return find_commands(project)

    @property
    def environment(self) -> Environment:
        """The environment.

        Raises:
            Exit: The variable names none.
        """
        try:
            return current_environment()
        except UnknownEnvironmentError as error:
            raise Exit(str(error), WRONG_USAGE) from None

    @cached_property
    def application(self) -> Application:
        """The application, not yet imported.

        Raises:
            Exit: None is named, or the project's settings have a fault.
        """
        if self.given is not None and not self.target:
            return self.given
        found = find_application(self.found, self.target)
        if self.found is None:  # as uvicorn does
            sys.path.insert(0, str(self.start.resolve()))
        if found is None:
            # What a project lacks is said in terms of its settings.
            raise no_application() if self.found else no_project(self.start.resolve())
        self.console.detail(f"application: {found}")
        return found


def set_environment(name: str) -> None:
    """Set the environment of this process and of those that it starts.

    Raises:
        Exit: There is no such environment.
    """
    try:
        os.environ["FTF_ENV"] = Environment(name).value
    except ValueError:
        known = ", ".join(Environment)
        raise Exit(
            f"--env {name!r} is not an environment: take one of {known}.", WRONG_USAGE
        ) from (None)
