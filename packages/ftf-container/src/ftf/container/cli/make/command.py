"""`ftf make command`."""

from pathlib import Path
from typing import Annotated

from .._console import Console
from .._writer import Diff, DryRun, Force
from ..discovery._project import Project
from ..parameters._markers import Argument
from .sources._commands import place_of
from .sources._names import attribute
from .sources._simple import command_source


def command(
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
