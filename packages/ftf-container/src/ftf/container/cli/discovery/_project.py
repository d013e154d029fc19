"""The project that a command runs in: its folder, and `[tool.ftf]` of its `pyproject.toml`."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from .._exit import WRONG_USAGE, Exit

_TEXTS = ("app", "path", "models", "commands", "seeders", "alembic")
_KEYS = (*_TEXTS, "disposable")


@dataclass(frozen=True, slots=True)
class Project:
    """A folder with a `pyproject.toml` that has a table `[tool.ftf]` or `[tool.fastapi]`.

    Args:
        root: The folder.
        settings: The table `[tool.ftf]`.
        entrypoint: `entrypoint` of `[tool.fastapi]`, if there is one.
    """

    root: Path
    settings: Mapping[str, object] = field(default_factory=dict)
    entrypoint: str = ""

    @property
    def path(self) -> Path:
        """The folder that the project's modules are imported from."""
        if "path" in self.settings:
            return (self.root / str(self.settings["path"])).resolve()
        source = self.root / "src"
        return source if source.is_dir() else self.root

    @property
    def app(self) -> str:
        """The application, as `module:attribute` or `module:function()`, or nothing."""
        return str(self.settings.get("app", self.entrypoint))

    @property
    def package(self) -> str:
        """The package of the application; nothing if its module is in none."""
        return self.app.partition(":")[0].rpartition(".")[0]

    @property
    def models(self) -> str:
        """The module or package with the models."""
        return self._module("models")

    @property
    def commands(self) -> str:
        """The package with the commands."""
        return self._module("commands")

    @property
    def seeders(self) -> str:
        """The module or package with the seeders."""
        return self._module("seeders")

    @property
    def alembic(self) -> Path:
        """The configuration file of Alembic."""
        return self.root / str(self.settings.get("alembic", "alembic.ini"))

    @property
    def disposable(self) -> tuple[str, ...]:
        """Patterns of the names of databases that may be dropped without asking."""
        names = self.settings.get("disposable", ())
        return tuple(names) if isinstance(names, list) else ()

    def folder_of(self, module: str) -> Path:
        """Return the folder of a package of the project, which may not exist."""
        return self.path.joinpath(*module.split("."))

    def _module(self, name: str) -> str:
        return str(self.settings.get(name) or f"{self.package}.{name}".lstrip("."))


def find_project(start: Path) -> Project | None:
    """Return the project of a folder: that of the nearest `pyproject.toml` with `[tool.ftf]`.

    Its modules can be imported from then on. The search goes upwards and ends at a folder with
    `.git`. Where there is no `[tool.ftf]`, the nearest file with an `entrypoint` in
    `[tool.fastapi]` makes a project, too.

    Raises:
        Exit: A file is not valid TOML, or its table has an unknown key or a wrong value.
    """
    fallback: Project | None = None
    for folder in searched_from(start):
        file = folder / "pyproject.toml"
        tool = _tool_of(file) if file.is_file() else {}
        fastapi = tool.get("fastapi", {})
        entrypoint = fastapi.get("entrypoint", "") if isinstance(fastapi, dict) else ""
        if "ftf" in tool:
            return _importable(Project(folder, _checked(tool["ftf"], file), str(entrypoint)))
        if entrypoint and fallback is None:
            fallback = Project(folder, {}, str(entrypoint))
    return _importable(fallback) if fallback else None


def _importable(project: Project) -> Project:
    if str(project.path) not in sys.path:
        sys.path.insert(0, str(project.path))
    return project


def searched_from(start: Path) -> Iterator[Path]:
    """Return the folders in which a `pyproject.toml` is looked for."""
    for folder in (start, *start.parents):
        yield folder
        if (folder / ".git").exists():
            return


def no_project(start: Path) -> Exit:
    """Return the error of a command that needs a project, and lists what was looked for."""
    folders = [str(folder / "pyproject.toml") for folder in searched_from(start)]
    return Exit(
        "There is no project here. A pyproject.toml with a table [tool.ftf] was looked for:\n  "
        + "\n  ".join(folders)
        + "\nCreate one with `ftf new NAME`, or name its folder: `ftf --project FOLDER ...`.",
        WRONG_USAGE,
    )


def _tool_of(file: Path) -> Mapping[str, object]:
    import tomllib

    try:
        tool = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Exit(f"{file} is not valid TOML: {error}", WRONG_USAGE) from None
    return tool if isinstance(tool, dict) else {}


def _checked(table: object, file: Path) -> Mapping[str, object]:
    if not isinstance(table, dict):
        raise Exit(f"{file}: [tool.ftf] must be a table, not {table!r}.", WRONG_USAGE)
    for key, value in table.items():
        if key not in _KEYS:
            from difflib import get_close_matches

            near = get_close_matches(key, _KEYS, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"known are {', '.join(_KEYS)}."
            raise Exit(f"{file}: [tool.ftf] has an unknown key {key!r}: {hint}", WRONG_USAGE)
        if key in _TEXTS and not isinstance(value, str):
            raise Exit(f"{file}: [tool.ftf] {key} must be a text, not {value!r}.", WRONG_USAGE)
        if key == "disposable" and not _is_list_of_texts(value):
            raise Exit(
                f"{file}: [tool.ftf] disposable must be a list of names of databases, "
                f"not {value!r}.",
                WRONG_USAGE,
            )
    return table


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
