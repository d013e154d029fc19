"""`ftf make job`."""

from .._console import Console
from .._writer import Diff, DryRun, Force, show_lines_to_paste
from ..discovery._project import Project
from .sources._commands import Name, place_of
from .sources._names import class_name, snake
from .sources._simple import job_source


def job(
    name: Name,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a job."""
    made = class_name(name)
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    place.write(place.module("jobs", snake(made), job_source(made)))
    lines = (
        "from ftf.container.jobs import JobRegistry, JobsProvider",
        f"from {place.modules}jobs.{snake(made)} import {made}",
        "providers=[..., JobsProvider()]",
        f"JobRegistry.of(app.container).register({made})",
    )
    show_lines_to_paste(place.main, lines, console)
