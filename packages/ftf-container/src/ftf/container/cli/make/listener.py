"""`ftf make listener`."""

from typing import Annotated

from .._console import Console
from .._writer import Diff, DryRun, Force, show_lines_to_paste
from ..discovery._project import Project
from ..parameters._markers import Option
from .sources._commands import Name, place_of
from .sources._names import class_name, snake
from .sources._simple import listener_source


def listener(
    name: Name,
    *,
    event: Annotated[str, Option(help="The event that it follows on.")],
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a listener of an event."""
    made, followed = class_name(name), class_name(event)
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    module = f"{place.modules}events.{snake(followed)}"
    place.write(place.module("listeners", snake(made), listener_source(made, followed, module)))
    lines = (
        "from ftf.container.events import EventsProvider, Listeners",
        f"from {module} import {followed}",
        f"from {place.modules}listeners.{snake(made)} import {made}",
        "providers=[..., EventsProvider()]",
        f"Listeners.of(app.container).listen({followed}, {made})",
    )
    show_lines_to_paste(place.main, lines, console)
