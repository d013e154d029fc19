"""`ftf make middleware`."""

from .._console import Console
from .._writer import Diff, DryRun, Force, show_lines_to_paste
from ..discovery._project import Project
from .sources._commands import Name, place_of
from .sources._names import class_name, snake
from .sources._simple import middleware_source


def middleware(
    name: Name,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write an ASGI middleware."""
    made = class_name(name)
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    place.write(place.module("middleware", snake(made), middleware_source(made)))
    lines = (
        f"from {place.modules}middleware.{snake(made)} import {made}",
        f"app.add_middleware({made})",
    )
    show_lines_to_paste(place.main, lines, console)
