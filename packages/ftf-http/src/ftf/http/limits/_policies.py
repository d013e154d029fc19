"""`Policies`: the limits of an application, by name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from ._caller import Caller
from ._limit import Limit
from ._outcome import Take
from .exceptions import InvalidLimitError, UnknownLimitError

# Names are strings of structured fields and parts of keys in stores.
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,64}")


class Policies:
    """The limits of an application.

    Attributes:
        everywhere: The names of those that every request takes.
    """

    def __init__(self) -> None:
        self._limits: dict[str, tuple[Limit, ...]] = {}
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
            if any(called == each.name for group in self._limits.values() for each in group):
                raise InvalidLimitError("name", called, "another one: this one is taken")
        self._limits[name] = tuple(
            replace(limit, name=name if number == 1 else f"{name}-{number}")
            for number, limit in enumerate(limits, 1)
        )
        if everywhere:
            self.everywhere.append(name)

    def of(self, name: str) -> tuple[Limit, ...]:
        """Return the limits of a name.

        Raises:
            UnknownLimitError: There are none.
        """
        found = self._limits.get(name)
        if found is None:
            raise UnknownLimitError(name, [*self._limits])
        return found

    def takes(self, costs: Mapping[str, int], caller: Caller) -> list[Take]:
        """Return what a caller takes of the limits that have a key for it.

        Args:
            costs: The cost, by the name of the limits.
            caller: Who calls.

        Raises:
            UnknownLimitError: A name has no limits.
            InvalidLimitError: A cost is below 1, or more than a limit ever allows at once.
        """
        takes = []
        for name, cost in costs.items():
            limits = self.of(name)
            check_cost(cost, limits)
            for limit in limits:
                key = limit.by(caller)
                if key is not None:
                    takes.append(Take(limit, key, cost))
        return takes


def check_cost(cost: int, limits: Iterable[Limit]) -> None:
    """Raise for a cost that the limits can never allow.

    Raises:
        InvalidLimitError: It is below 1, or more than a limit ever allows at once.
    """
    most = min(limit.most for limit in limits)
    if not 1 <= cost <= most:
        raise InvalidLimitError("cost", cost, f"from 1 to {most}, which is allowed at once")
