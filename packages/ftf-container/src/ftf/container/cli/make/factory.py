"""`ftf make factory`."""

from pathlib import Path

from .._console import Console
from .._writer import Diff, DryRun, Force, NewFile
from ..discovery._project import Project
from .sources._commands import Model, place_of, source_of_model
from .sources._names import snake
from .sources._records import factory_source


def factory(
    model: Model,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a factory of a model for tests."""
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    name, _ = source_of_model(place, model)
    text = factory_source(name, place.modules)
    place.write([NewFile(Path("tests", "factories", f"{snake(name)}.py"), text)])
