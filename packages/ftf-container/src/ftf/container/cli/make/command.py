"""`ftf make command`."""

from pathlib import Path
from typing import Annotated

from .._console import Console
from .._markers import Argument
from .._project import Project
from .._writer import Diff, DryRun, Force
from ._commands import place_of
from ._names import attribute
from ._simple import command_source


def command(  # noqa: PLR0913  # the options of one command
    words: Annotated[list[str], Argument(help="How it is called, as: posts prune.")],
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a command of this project."""
    typed = " ".join(words).replace(":", " ").split()
    *groups, name = [attribute(word.replace("-", "_"), "word") for word in typed] or [
        attribute("", "word")
    ]
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    folder = Path(*project.commands.split("."), *groups)
    place.write(place.package_of(folder, name, command_source(name, " ".join(typed))))
