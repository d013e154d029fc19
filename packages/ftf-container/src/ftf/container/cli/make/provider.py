"""`ftf make provider`."""

from .._console import Console
from .._writer import Diff, DryRun, Force, show_lines_to_paste
from ..discovery._project import Project
from .sources._commands import Name, place_of
from .sources._names import class_name, snake
from .sources._simple import provider_source


def provider(
    name: Name,
    *,
    force: Force = False,
    diff: Diff = False,
    dry_run: DryRun = False,
    project: Project,
    console: Console,
) -> None:
    """Write a service provider."""
    made = class_name(name, "Provider")
    module = snake(made.removesuffix("Provider")) or "provider"
    place = place_of(project, console, force=force, diff=diff, dry_run=dry_run)
    place.write(place.module("providers", module, provider_source(made)))
    lines = (f"from {place.modules}providers.{module} import {made}", f"providers=[..., {made}()]")
    show_lines_to_paste(place.main, lines, console)
