"""The entry points of installed distributions, read from their files.

importlib.metadata reads them too, but its import takes as long as that of click.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple

_SUFFIXES = (".dist-info", ".egg-info")


class EntryPoint(NamedTuple):
    """An object that a distribution declares by a name.

    Args:
        name: The name.
        target: The object, as `module:attribute`.
        distribution: The name of the distribution.
    """

    name: str
    target: str
    distribution: str


def find_entry_points(group: str, path: Iterable[str] | None = None) -> list[EntryPoint]:
    """Return the entry points of a group, in the order of their names.

    Args:
        group: The group, such as "ftf.commands".
        path: The folders that distributions are installed in; by default `sys.path`.
    """
    found: dict[tuple[str, str], EntryPoint] = {}
    for name, file in _files(sys.path if path is None else path):
        for line in _lines(file, group):
            left, _, right = line.partition("=")
            target = right.partition("[")[0].strip()  # extras, which nothing uses any more
            point = EntryPoint(left.strip(), target, name)
            # Of a distribution that is installed twice, the first one is imported.
            found.setdefault((name, point.name), point)
    return sorted(found.values())


def _files(path: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Return the name of each distribution, and its file of entry points, which may not exist."""
    for folder in dict.fromkeys(path):
        try:
            entries = os.listdir(folder or ".")  # noqa: PTH208  # Path.iterdir() takes longer
        except OSError:  # such as a zip file
            continue
        for entry in entries:
            if entry.endswith(_SUFFIXES):
                name = entry.partition("-")[0].removesuffix(".egg").replace("_", "-")
                yield name, os.path.join(folder, entry, "entry_points.txt")  # noqa: PTH118  # see above


def _lines(file: str, group: str) -> Iterator[str]:
    """Return the lines of a group in a file of entry points."""
    try:
        with open(file, encoding="utf-8") as opened:  # noqa: PTH123  # see above
            text = opened.read()
    except OSError:  # most distributions have none
        return
    section = ""
    for line in text.splitlines() if f"[{group}]" in text else ():
        stripped = line.strip()
        if stripped.startswith("["):
            section = stripped.strip("[]")
        elif section == group and stripped and stripped[0] not in "#;":
            yield stripped
