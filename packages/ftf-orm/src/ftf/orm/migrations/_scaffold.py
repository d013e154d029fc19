"""`scaffold`: the first files of a project's migrations."""

from importlib.resources import files
from pathlib import Path
from string import Template

from ._failure import MigrationFailed

_FILES = {
    "alembic.ini": "alembic.ini",
    "env.py": "migrations/env.py",
    "script.py.mako": "migrations/script.py.mako",
}


def scaffold(models: str, directory: Path) -> list[Path]:
    """Write `alembic.ini` and a folder `migrations` for Alembic's commands.

    Args:
        models: The module or package with the models.
        directory: The folder to write to.

    Returns:
        The files that were written.

    Raises:
        MigrationError: One of the files exists already; nothing is written.
    """
    paths = {name: directory / path for name, path in _FILES.items()}
    if there := [str(path) for path in paths.values() if path.exists()]:
        raise MigrationFailed(f"nothing is written, these files exist already: {', '.join(there)}")
    for name, path in paths.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        text = (files(__package__) / "template" / f"{name}.txt").read_text()
        path.write_text(
            text if name.endswith(".mako") else Template(text).substitute(models=models)
        )
    (directory / "migrations" / "versions").mkdir(exist_ok=True)
    return list(paths.values())
