"""The state of a scope, as far as compiled functions read and write it."""

from collections.abc import Callable

from ._teardown import Exit

type Builder = object
"""A task, or the number of a thread."""

type Wake = Callable[[], object]

MISSING = object()
"""Stands for an instance that does not exist."""


class ScopeState:
    """What a scope holds. A compiled function reads these attributes directly.

    Attributes:
        _instances: The instances by number; those made under an override by slot.
        _builds: The builders of instances that have to be awaited, by slot.
        _waiters: What wakes the tasks and threads that wait for a build, by slot.
        _exits: What closes the instances, in the order in which they were made.
        _closed: Whether the scope has ended.
    """

    __slots__ = ("_builds", "_closed", "_exits", "_instances", "_waiters")

    _builds: dict[object, Builder]
    _closed: bool
    _exits: list[Exit]
    _instances: dict[object, object]
    _waiters: dict[object, list[Wake]] | None
