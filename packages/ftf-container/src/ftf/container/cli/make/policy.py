"""`ftf make policy`."""

from typing import Annotated

from .._console import Console
from .._writer import Diff, DryRun, Force, show_lines_to_paste
from ..discovery._project import Project
from ..parameters._markers import Option
from .sources._commands import Model, place_of, source_of_model
from .sources._names import snake
from .sources._records import policy_source


def policy(
    model: Model,
    *,
    user: Annotated[str, Option(help="The model of the users.")] = "User",
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write the policy of a model, which allows everyone to read and no user to write."""
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    (name, _), (users, _) = source_of_model(place, model), source_of_model(place, user)
    text = policy_source(name, users, place.modules)
    place.write(place.module("policies", snake(name), text))
    lines = (
        f"from {place.modules}models.{snake(name)} import {name}",
        f"from {place.modules}policies.{snake(name)} import {name}Policy",
        f"app.add_policy({name}, {name}Policy)",
    )
    show_lines_to_paste(place.main, lines, console)
