"""`ftf make test`."""

from .._console import Console
from .._writer import Diff, DryRun, Force
from ..discovery._project import Project
from .sources._commands import Model, place_of, source_of_model
from .sources._names import snake
from .sources._records import test_source


def make_test(
    model: Model,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a test of a model's controller."""
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    name, source = source_of_model(place, model)
    place.write([place.test(snake(name), test_source(name, source))])
