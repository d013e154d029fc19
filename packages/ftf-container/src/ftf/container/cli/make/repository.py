"""`ftf make repository`."""

from .._console import Console
from .._writer import Diff, DryRun, Force
from ..discovery._project import Project
from .sources._commands import Model, place_of, source_of_model
from .sources._names import snake
from .sources._records import repository_source


def repository(
    model: Model,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write the repository of a model."""
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    name, _ = source_of_model(place, model)
    place.write(place.module("repositories", snake(name), repository_source(name, place.modules)))
