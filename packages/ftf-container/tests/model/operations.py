"""What can be asked of a container."""

from dataclasses import dataclass
from typing import Literal

from specification import Service

ENDED = 3
"""The place that is the last scope that has ended; 0 is the container, 1 and 2 are open scopes."""

type Door = Literal["resolve", "aresolve"]


@dataclass(frozen=True)
class Ask:
    """Ask a place for a service."""

    key: int
    door: Door
    place: int


@dataclass(frozen=True)
class Gather:
    """Ask for several services at once, each in a task of its own."""

    keys: tuple[int, ...]
    place: int


@dataclass(frozen=True)
class Open:
    """Enter a scope."""


@dataclass(frozen=True)
class Close:
    """Leave the innermost scope."""

    awaiting: bool
    failing: bool


@dataclass(frozen=True)
class Override:
    """Put another service, or a ready object if it is `None`, in the place of one."""

    key: int
    service: Service | None


@dataclass(frozen=True)
class Leave:
    """End one override; the newest is 0."""

    index: int
    awaiting: bool
    failing: bool


@dataclass(frozen=True)
class Reset:
    """End the overrides of a service, or all of them."""

    key: int | None


@dataclass(frozen=True)
class ResetSingletons:
    """Close every singleton, without awaiting."""


@dataclass(frozen=True)
class Dispose:
    """Close every singleton."""


@dataclass(frozen=True)
class Validate:
    """Look for faults."""


type Operation = (
    Ask | Gather | Open | Close | Override | Leave | Reset | ResetSingletons | Dispose | Validate
)
