"""What the generators' commands share."""

from typing import Annotated

from ..._console import Console
from ..._exit import WRONG_USAGE, Exit
from ..._writer import Writing, show_lines_to_paste
from ...discovery._project import Project
from ...parameters._markers import Argument
from ._names import class_name, snake
from ._place import Place
from ._source import ModelSource, read_model

type Name = Annotated[str, Argument(help="Its name, as OrderPlaced or order_placed.")]
type Model = Annotated[str, Argument(help="The name of the model.")]


def place_of(
    project: Project, console: Console, *, force: bool, diff: bool, dry_run: bool
) -> Place:
    """Return where a command writes to."""
    return Place(project, console, Writing(force=force, diff=diff, dry_run=dry_run))


def source_of_model(place: Place, model: str) -> tuple[str, ModelSource]:
    """Return the name of a model of the project, and what its source says.

    Raises:
        Exit: There is no such model.
    """
    name = class_name(model)
    module = f"{place.modules}models.{snake(name)}"
    return name, read_model(place.project.folder_of(module).with_suffix(".py"), name)


def refuse_without_repository(place: Place, model: str) -> None:
    """Check that a model has the repository that the source to write imports.

    Raises:
        Exit: There is none.
    """
    module = f"{place.modules}repositories.{snake(model)}"
    file = place.project.folder_of(module).with_suffix(".py")
    if not file.is_file():
        raise Exit(
            f"There is no repository of {model} in {file}: write it by "
            f"`ftf make repository {model}`.",
            WRONG_USAGE,
        )


def show_controller_lines(place: Place, model: str) -> None:
    """Show what to add to the application for the controller of a model."""
    module = f"{place.modules}controllers.{snake(model)}"
    lines = (f"from {module} import {model}Controller", f"app.add_controller({model}Controller)")
    show_lines_to_paste(place.main, lines, place.console)
