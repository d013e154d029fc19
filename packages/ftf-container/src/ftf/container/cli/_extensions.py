"""What packages add to commands, for the modules that an application has imported."""

import sys
from collections.abc import Callable, Iterator
from typing import Any

from .discovery._entry_points import find_entry_points
from .discovery._index import CommandEntry


def extensions(group: str, command: str) -> Iterator[Callable[..., Any]]:
    """Return the functions of a group of entry points, whose names are modules that are in use.

    Args:
        group: The group.
        command: The command that they belong to, for the error.

    Raises:
        Exit: One cannot be loaded.
    """
    for point in find_entry_points(group):
        if point.name in sys.modules:
            yield CommandEntry((command,), point.target, point.distribution).load()
