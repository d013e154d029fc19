"""`Policies`: the limits of an application, by name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from ._caller import Caller
from ._limit import Limit
from ._outcome import Take
from .exceptions import InvalidLimitError, UnknownLimitError

# Names are strings of structured fields and parts of keys in stores.
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Policy:
    """The limits of one name.

    Args:
        limits: The limits.
    """

    __slots__ = ("limits", "most")

    def __init__(self, limits: tuple[Limit, ...]) -> None:
        self.limits = limits
        self.most: int = min(limit.most for limit in limits)

    def check_cost(self, cost: int) -> None:
        """Raise for a cost that the limits can never allow.

        Raises:
            InvalidLimitError: It is below 1, or more than a limit ever allows at once.
        """
        if not 1 <= cost <= self.most:
            allowed = f"from 1 to {self.most}, which is allowed at once"
            raise InvalidLimitError("cost", cost, allowed)


class Policies:
    """The limits of an application.

    Attributes:
        everywhere: The names of those that every request takes.
    """

    def __init__(self) -> None:
        self._policies: dict[str, Policy] = {}
        self._names: set[str] = set()
        self.everywhere: list[str] = []

    def add(self, name: str, limits: Sequence[Limit], *, everywhere: bool) -> None:
        """Add limits under a name; the second and later ones are called `name-2` and so on.

        Raises:
            InvalidLimitError: The name is taken or has other characters than letters, digits and
                `_.-`, or there is no limit.
        """
        if not _NAME.fullmatch(name):
            raise InvalidLimitError("name", name, "1 to 64 letters, digits or `_.-`")
        if not limits:
            raise InvalidLimitError("limits", (), "at least one `Limit`")
        for number, limit in enumerate(limits, 1):
            if not isinstance(limit, Limit):
                raise InvalidLimitError("limits", limit, "a `Limit`, as `Limit.per_minute(...)`")
            called = name if number == 1 else f"{name}-{number}"
            if called in self._names:
                raise InvalidLimitError("name", called, "another one: this one is taken")
        named = tuple(
            replace(limit, name=name if number == 1 else f"{name}-{number}")
            for number, limit in enumerate(limits, 1)
        )
        self._policies[name] = Policy(named)
        self._names.update(limit.name for limit in named)
        if everywhere:
            self.everywhere.append(name)

    def __contains__(self, name: object) -> bool:
        """Return whether there are limits of a name."""
        return name in self._policies

    def of(self, name: str) -> Policy:
        """Return the limits of a name.

        Raises:
            UnknownLimitError: There are none.
        """
        found = self._policies.get(name)
        if found is None:
            raise UnknownLimitError(name, [*self._policies])
        return found

    def takes(self, costs: Mapping[str, int], caller: Caller) -> tuple[list[Take], list[Take]]:
        """Return what a caller takes of the limits that have a key for it.

        Args:
            costs: The cost, by the name of the limits.
            caller: Who calls.

        Returns:
            What is taken together, and what is taken of limits that slow down.

        Raises:
            UnknownLimitError: A name has no limits.
            InvalidLimitError: A cost is below 1, or more than a limit ever allows at once.
        """
        together: list[Take] = []
        slow: list[Take] = []
        for name, cost in costs.items():
            policy = self.of(name)
            policy.check_cost(cost)
            for limit in policy.limits:
                key = limit.by(caller)
                if key is not None:
                    (slow if limit.then == "slow" else together).append(Take(limit, key, cost))
        return together, slow
