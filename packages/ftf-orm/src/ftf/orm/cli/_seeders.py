"""The seeders of a project, by name."""

import sys
from collections.abc import Iterable
from difflib import get_close_matches
from inspect import isabstract

from ftf.container.cli import Exit, Project

from ..exceptions import MigrationError
from ..migrations._discovery import import_models
from ..seeding._seeder import Seeder

WRONG_USAGE = 2
FIRST = "DatabaseSeeder"

type Kind = type[Seeder]


def find_seeders(project: Project, names: Iterable[str]) -> list[Kind]:
    """Return the seeders of these names; without names `DatabaseSeeder`, or else all.

    Raises:
        Exit: There is no seeder, or none of a name, or their modules cannot be imported.
    """
    known = _all(project)
    chosen = [*names] or ([FIRST] if FIRST in known else [*known])
    if not chosen:
        raise Exit(
            f"There is no seeder in {project.seeders}: write one by `ftf make seeder`.", WRONG_USAGE
        )
    return [_named(name, known) for name in chosen]


def _named(name: str, known: dict[str, Kind]) -> Kind:
    found = known.get(name) or known.get(f"{name}Seeder")
    if found is None:
        near = get_close_matches(name, known, 1)
        hint = f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known) or 'none'}."
        raise Exit(f"There is no seeder {name}. {hint}", WRONG_USAGE)
    return found


def _all(project: Project) -> dict[str, Kind]:
    """Return the seeders that are defined in the package of seeders, in order of their names."""
    try:
        import_models([project.seeders])
    except MigrationError as error:
        missing = error.__cause__
        if isinstance(missing, ModuleNotFoundError) and missing.name == project.seeders:
            return {}
        raise Exit(str(error).replace("models", "seeders", 1)) from missing
    modules = [
        module
        for name, module in sys.modules.items()
        if f"{name}.".startswith(f"{project.seeders}.")
    ]
    found = {
        value.__name__: value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Seeder) and not isabstract(value)
    }
    return dict(sorted(found.items()))
