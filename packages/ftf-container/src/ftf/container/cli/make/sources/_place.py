"""Where generated files stand in a project."""

from dataclasses import dataclass
from pathlib import Path

from ..._console import Console
from ..._writer import NewFile, Writing, write
from ...discovery._project import Project


@dataclass(frozen=True, slots=True)
class Place:
    """The project that files are generated for, and how they are written.

    Args:
        project: The project.
        console: Where the files are listed.
        writing: How they are written.
    """

    project: Project
    console: Console
    writing: Writing

    @property
    def modules(self) -> str:
        """The start of the names of the project's modules, such as "shop."."""
        return f"{self.project.package}." if self.project.package else ""

    @property
    def main(self) -> str:
        """The file of the application."""
        module = self.project.app.partition(":")[0]
        path = self.project.folder_of(module).with_suffix(".py")
        return path.relative_to(self.project.root.resolve()).as_posix()

    def module(self, folder: str, name: str, text: str) -> list[NewFile]:
        """Return the file of a module in a package of the application, and of the package."""
        return self.package_of(Path(*self.modules.split("."), folder), name, text)

    def package_of_module(self, package: str, name: str, text: str) -> list[NewFile]:
        """Return the file of a module in a package that the settings name."""
        return self.package_of(Path(*package.split(".")), name, text)

    def package_of(self, folder: Path, name: str, text: str) -> list[NewFile]:
        """Return the file of a module, and the `__init__.py` of its folder."""
        below = self.project.path.relative_to(self.project.root.resolve()) / folder
        title = folder.name.replace("_", " ").capitalize()
        init = NewFile(below / "__init__.py", f'"""{title}, a file each."""\n', is_shared=True)
        return [init, NewFile(below / f"{name}.py", text)]

    def test(self, name: str, text: str) -> NewFile:
        """Return the file of a test."""
        return NewFile(Path("tests", f"test_{name}.py"), text)

    def write(self, files: list[NewFile]) -> None:
        """Write files below the project.

        Raises:
            Exit: Some exist.
        """
        write(self.project.root, dict.fromkeys(files), self.console, self.writing)
