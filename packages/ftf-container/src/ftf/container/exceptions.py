"""Everything the container raises.

    DependencyResolutionError
    ├── AsyncDependencyError
    ├── CaptiveDependencyError
    ├── CircularDependencyError
    ├── GraphError
    ├── InvalidRegistrationError
    ├── ScopeClosedError
    ├── ScopeNotActiveError
    └── UnregisteredDependencyError

The attributes are the contract; the texts may improve in any release.
"""

from typing import ClassVar

from ._dependency_path import DependencyPath, draw, name_of
from ._dependency_path import Step as Step  # noqa: PLC0414  # public: what a path is made of


class DependencyResolutionError(Exception):
    """A service could not be delivered.

    Args:
        path: The services from the one asked for to the one at fault.
    """

    _problem: ClassVar[str] = ""
    _remedy: ClassVar[str] = ""

    def __init_subclass__(cls, problem: str | None = None, remedy: str | None = None) -> None:
        cls._problem = cls._problem if problem is None else problem
        cls._remedy = cls._remedy if remedy is None else remedy

    def __init__(self, path: DependencyPath) -> None:
        self.path = path

    @property
    def key(self) -> object:
        """The key at fault: the last one on the path."""
        return self.path[-1].key

    def __str__(self) -> str:
        return "\n".join((self._say(self._problem), draw(self.path), self._say(self._remedy)))

    def _say(self, text: str) -> str:
        names = {"key": name_of(self.key), "root": name_of(self.path[0].key)}
        return text.format_map(vars(self) | names)


class AsyncDependencyError(
    DependencyResolutionError,
    problem="{key} has to be awaited.",
    remedy="Use the awaiting twin: `aresolve`, `acall` or `async with`.",
):
    """A service that has to be awaited was asked for without `await`."""


class CaptiveDependencyError(
    DependencyResolutionError,
    problem="The singleton {root} would keep the scoped {key} after its scope ends.",
    remedy='Register {root} with scope="scoped", or {key} with scope="singleton".',
):
    """A singleton would keep a scoped service beyond the end of its scope."""


class CircularDependencyError(
    DependencyResolutionError,
    problem="{key} needs itself.",
    remedy="Break the circle: move what both sides share into a third service.",
):
    """A service needs itself."""


class InvalidRegistrationError(DependencyResolutionError, problem="{problem}", remedy="{remedy}"):
    """A registration can never work.

    Args:
        path: The services from the one asked for to the one at fault.
        problem: What is wrong, in one sentence.
        remedy: What to do about it, in one sentence.
    """

    def __init__(self, path: DependencyPath, problem: str, remedy: str) -> None:
        super().__init__(path)
        self.problem = problem
        self.remedy = remedy


class ScopeClosedError(
    DependencyResolutionError,
    problem="{key} was asked for from a scope that has ended.",
    remedy="Open a scope of its own for work that outlives this one.",
):
    """A service was asked for from a scope that has ended."""


class ScopeNotActiveError(
    DependencyResolutionError,
    problem="{key} is scoped, and no scope is open here.",
    remedy="Ask for it inside `async with container.scoped_context():`.",
):
    """A scoped service was asked for where no scope is open."""


class UnregisteredDependencyError(
    DependencyResolutionError,
    problem="Nothing is registered for {key}, and {reason}.",
    remedy="{remedy}",
):
    """Nothing is registered for a key, and it cannot be built from its constructor.

    Args:
        path: The services from the one asked for to the one at fault.
        reason: Why the key cannot be built from its own constructor.
        alike: Registered keys that might have been meant.
        remedy: What to do about it, in one sentence; by default, to register the key.
    """

    def __init__(
        self, path: DependencyPath, reason: str, alike: tuple[object, ...] = (), remedy: str = ""
    ) -> None:
        super().__init__(path)
        self.reason = reason
        self.alike = alike
        self.remedy: str = remedy or f"Register it: `container.register({name_of(self.key)}, ...)`."

    def __str__(self) -> str:
        names = " or ".join(map(name_of, self.alike))
        return f"{super().__str__()}{f'\nDid you mean {names}?' if names else ''}"


class GraphError(DependencyResolutionError, problem="Some services cannot be built."):
    """Everything `Container.validate` found, in one report.

    Args:
        faults: The faults, in order of registration.
    """

    def __init__(self, faults: tuple[DependencyResolutionError, ...]) -> None:
        super().__init__(faults[0].path)
        self.faults = faults

    def __str__(self) -> str:
        names = ", ".join(dict.fromkeys(name_of(fault.path[0].key) for fault in self.faults))
        return "\n\n".join((f"Some services cannot be built: {names}.", *map(str, self.faults)))
