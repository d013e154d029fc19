"""New files: all of them are written, or none."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from ._console import Console
from ._exit import Exit
from .parameters._markers import Option

type Force = Annotated[bool, Option(help="Replace files that exist.")]
type Diff = Annotated[bool, Option(help="Show what would change, and write nothing.")]
type DryRun = Annotated[bool, Option(help="List the files, and write nothing.")]


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to be written.

    Args:
        path: Where, below the root.
        text: What it contains.
        is_shared: Whether it is left as it is if it exists, such as `__init__.py`.
    """

    path: Path
    text: str
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """How files are written.

    Args:
        force: Whether to replace files that exist.
        diff: Whether to show what would change, and write nothing.
        dry_run: Whether to list the files, and write nothing.
    """

    force: bool = False
    diff: bool = False
    dry_run: bool = False


def write(root: Path, files: Iterable[NewFile], console: Console, writing: Writing) -> None:
    """Write files below a folder; none is written if one of them exists.

    Args:
        root: The folder.
        files: The files.
        console: Where to list them.
        writing: How they are written.

    Raises:
        Exit: Some exist, and are not to be replaced.
    """
    wanted = [each for each in files if not (each.is_shared and (root / each.path).exists())]
    there = [each for each in wanted if (root / each.path).exists()]
    if writing.diff:
        for each in wanted:
            console.line(_difference(root, each).rstrip("\n"))
        return
    if there and not writing.force:
        listed = "\n  ".join(each.path.as_posix() for each in there)
        raise Exit(
            f"Nothing is written, because these files exist:\n  {listed}\n"
            "Look at the difference with --diff, or replace them with --force."
        )
    for each in wanted:
        if not writing.dry_run:
            _replace(root / each.path, each.text)
        console.line(("would write " if writing.dry_run else "wrote ") + each.path.as_posix())
    console.document(files=[each.path.as_posix() for each in wanted])


def show_lines_to_paste(file: str, lines: Sequence[str], console: Console) -> None:
    """Show what the user has to add to a file, which generators never edit."""
    console.line(f"\nAdd to {file}:")
    for line in lines:
        console.line(f"    {line}")


def _replace(file: Path, text: str) -> None:
    """Write a file at once, so that one that is interrupted leaves nothing half done."""
    file.parent.mkdir(parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        part.write_text(text, encoding="utf-8", newline="\n")
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _difference(root: Path, new: NewFile) -> str:
    from difflib import unified_diff  # only here

    file, name = root / new.path, new.path.as_posix()
    old = file.read_text(encoding="utf-8") if file.exists() else ""
    lines = unified_diff(
        old.splitlines(keepends=True), new.text.splitlines(keepends=True), name, name
    )
    return "".join(lines) or f"{name} stays as it is"
