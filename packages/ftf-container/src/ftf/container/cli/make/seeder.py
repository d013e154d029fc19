"""`ftf make seeder`."""

from .._console import Console
from .._writer import Diff, DryRun, Force
from ..discovery._project import Project
from .sources._commands import Model, place_of, refuse_without_repository, source_of_model
from .sources._names import snake
from .sources._records import seeder_source


def seeder(
    model: Model,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a seeder of a model."""
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    name, source = source_of_model(place, model)
    refuse_without_repository(place, name)
    text = seeder_source(name, place.modules, source)
    place.write(place.package_of_module(project.seeders, snake(name), text))
