"""`ftf make controller`."""

from .._console import Console
from .._writer import Diff, DryRun, Force
from ..discovery._project import Project
from .sources._commands import (
    Model,
    place_of,
    refuse_without_repository,
    show_controller_lines,
    source_of_model,
)
from .sources._names import snake
from .sources._records import controller_source


def controller(
    model: Model,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write the controller of a model.

    It lists, creates, shows, changes and removes records.
    """
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    name, source = source_of_model(place, model)
    refuse_without_repository(place, name)
    text = controller_source(name, place.modules, source)
    place.write(place.module("controllers", snake(name), text))
    show_controller_lines(place, name)
