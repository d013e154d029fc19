"""The commands of a project and of the installed packages, found without importing them."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from importlib import import_module
from typing import cast

from .._exit import FAILED, Exit
from ._entry_points import find_entry_points
from ._project import Project
from ._summary import summary_of

GROUP = "ftf.commands"
_PROJECT = "this project"

type Words = tuple[str, ...]
type Function = Callable[..., object]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """A command that is known by name.

    Args:
        words: Its name, such as ("db", "upgrade").
        target: The function, as `module:function`.
        source: The distribution that it is part of, or "this project".
        problem: Why it cannot run, if it cannot.
    """

    words: Words
    target: str
    source: str
    problem: str = ""

    @property
    def name(self) -> str:
        """The name as it is typed."""
        return " ".join(self.words)

    @property
    def summary(self) -> str:
        """The first line of the docstring, or why the command cannot run."""
        module, _, function = self.target.partition(":")
        if self.problem:
            return self.problem
        try:
            return summary_of(module, function)
        except ModuleNotFoundError as error:
            return f"broken: {error} ({self.source})"

    def load(self) -> Function:
        """Import the function.

        Raises:
            Exit: There is no such function, two packages have the command, or an extra that it
                needs is not installed.
            ImportError: Its module cannot be imported.
        """
        if self.problem:
            raise Exit(f"`ftf {self.name}` cannot run: {self.problem}", FAILED)
        module, _, name = self.target.partition(":")
        try:
            found = getattr(import_module(module), name, None)
        except ModuleNotFoundError as error:
            if error.__cause__ is None:
                raise
            # A package that names its extra raises this from the import that failed.
            raise Exit(f"`ftf {self.name}` cannot run: {error}", FAILED) from error
        if not callable(found):
            raise Exit(
                f"`ftf {self.name}` cannot run: {module} has no function {name!r} ({self.source}).",
                FAILED,
            )
        return cast("Function", found)


class CommandIndex:
    """The commands by their words.

    Args:
        entries: The commands of packages.
        own: The commands of the project, which replace those of packages.
    """

    def __init__(self, entries: Iterable[CommandEntry], own: Iterable[CommandEntry] = ()) -> None:
        self._entries: dict[Words, CommandEntry] = {}
        for entry in entries:
            other = self._entries.get(entry.words)
            self._entries[entry.words] = _both(other, entry) if other else entry
        self._entries |= {entry.words: entry for entry in own}

    def __iter__(self) -> Iterator[CommandEntry]:
        return iter(sorted(self._entries.values(), key=lambda entry: entry.words))

    def find(self, words: Words) -> CommandEntry | None:
        """Return the command of this name."""
        return self._entries.get(words)

    def below(self, words: Words) -> list[str]:
        """Return the words that can follow, in alphabetical order."""
        count = len(words)
        found = (each for each in self._entries if each[:count] == words and len(each) > count)
        return sorted({each[count] for each in found})

    def within(self, words: Words) -> list[CommandEntry]:
        """Return the commands whose names begin with some words."""
        return [entry for entry in self if entry.words[: len(words)] == words]


def _both(one: CommandEntry, other: CommandEntry) -> CommandEntry:
    if one.target == other.target:
        return one
    return replace(one, problem=f"{one.source} and {other.source} both have a command of this name")


def find_commands(project: Project | None) -> CommandIndex:
    """Return the commands of the installed packages and of a project."""
    entries = [
        CommandEntry(tuple(each.name.split(".")), each.target, each.distribution)
        for each in find_entry_points(GROUP)
    ]
    return CommandIndex(entries, own_commands(project) if project else ())


def own_commands(project: Project) -> Iterator[CommandEntry]:
    """Return the commands of a project: a file for each, whose function has the file's name."""
    folder = project.folder_of(project.commands)
    for file in sorted(folder.rglob("*.py")):
        parts = file.relative_to(folder).with_suffix("").parts
        if not any(part.startswith("_") for part in parts):
            yield _own(project, parts)


def _own(project: Project, parts: tuple[str, ...]) -> CommandEntry:
    words = tuple(part.replace("_", "-") for part in parts)
    return CommandEntry(words, f"{'.'.join((project.commands, *parts))}:{parts[-1]}", _PROJECT)
