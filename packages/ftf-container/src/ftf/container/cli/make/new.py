"""`ftf new`."""

import sys
from importlib.util import find_spec
from keyword import iskeyword
from pathlib import Path
from re import ASCII, fullmatch
from string import Template
from typing import Annotated, Literal

from .._console import Console
from .._exit import WRONG_USAGE, Exit
from .._writer import DryRun, NewFile, Writing, write
from ..parameters._markers import Argument, Option

type Database = Literal["sqlite", "postgres", "none"]

_SKELETON = Path(__file__).with_name("skeleton")
_DRIVERS = {
    "sqlite": {
        "driver": "sqlite",
        "test_driver": "sqlite",
        "url": 'f"sqlite+aiosqlite:///{_FILE}"',
        "example": "sqlite+aiosqlite:///$name.db",
        "test_extras": "factories,http,orm",
        "path": 'from pathlib import Path\n\n_FILE = Path(__file__).parents[1] / "$name.db"\n',
    },
    "postgres": {
        "driver": "postgres",
        "test_driver": "postgresql",
        "url": '"postgresql+asyncpg://localhost/$name"',
        "example": "postgresql+asyncpg://localhost/$name",
        "test_extras": "factories,http,orm,postgres",
        "path": "",
    },
}


def new(
    name: Annotated[str, Argument(help="The name of the project, as shop.")],
    *,
    db: Annotated[Database, Option(help="The database.")] = "sqlite",
    dir: Annotated[  # noqa: A002  # the option is --dir
        Path | None, Option(help="The folder; by default a new one of this name.")
    ] = None,
    dry_run: DryRun = False,
    console: Console,
) -> None:
    """Write a new project.

    It serves, migrates and passes its checks at once. Nothing is downloaded.
    """
    package = _package_of(name)
    root = dir or Path(name)
    if root.exists() and (not root.is_dir() or any(root.iterdir())):
        raise Exit(f"{root} exists and is not an empty folder: name another by --dir.", WRONG_USAGE)
    console.note(f"{package} in {root}:")
    write(root, _files(package, db), console, Writing(dry_run=dry_run))
    console.line(f"\nNext:\n    cd {root}\n    pip install -e . --group dev")
    upgrade = "ftf db upgrade && " if db != "none" else ""
    console.line(f"    {upgrade}pytest && ftf serve")


def _package_of(name: str) -> str:
    """Return the name of the package of a project.

    Raises:
        Exit: It is not a name, or an import of it would find something else.
    """
    package = name.replace("-", "_")
    if not fullmatch(r"[a-z][a-z0-9_]*", package, ASCII) or iskeyword(package):
        raise Exit(
            f"{name!r} is not the name of a package: write small letters, digits, underscores.",
            WRONG_USAGE,
        )
    if package in sys.stdlib_module_names or package in {"tests", "migrations", "ftf"}:
        raise Exit(f"{name!r} is the name of a package of Python or this project.", WRONG_USAGE)
    found = find_spec(package)
    if found and found.origin:  # a folder without code has none
        raise Exit(f"{name!r} is the name of an installed package: take another.", WRONG_USAGE)
    return package


def _files(package: str, db: Database) -> list[NewFile]:
    values = {"name": package, "title": package.replace("_", " ").title()}
    values["class"] = values["title"].replace(" ", "")
    for key, text in _DRIVERS.get(db, {}).items():
        values[key] = Template(text).substitute(values)
    files: list[NewFile] = []
    variant = "plain" if db == "none" else "database"
    for source in sorted(path for path in _SKELETON.rglob("*.txt")):
        path = source.relative_to(_SKELETON).as_posix().removesuffix(".txt")
        if path.startswith(("plain/", "database/")) and not path.startswith(variant):
            continue
        path = path.removeprefix(f"{variant}/").replace("package/", f"{package}/")
        path = path.replace("dot-", ".")
        text = source.read_text(encoding="utf-8")
        # A template of Alembic has dollar signs of its own.
        is_plain = path.endswith(".mako")
        files.append(NewFile(Path(path), text if is_plain else Template(text).substitute(values)))
    return files
