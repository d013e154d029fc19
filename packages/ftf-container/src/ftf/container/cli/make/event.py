"""`ftf make event`."""

from .._console import Console
from .._writer import Diff, DryRun, Force
from ..discovery._project import Project
from .sources._commands import Name, place_of
from .sources._names import class_name, snake
from .sources._simple import event_source


def event(
    name: Name,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write an event."""
    made = class_name(name)
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    place.write(place.module("events", snake(made), event_source(made)))
