"""`Visit`: the limits that one request or websocket has taken."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final

from starlette.requests import HTTPConnection
from starlette.types import Scope

from ._caller import Caller
from ._limiter import Limiter, Taken

KEY: Final = "ftf.http.limits"
_NOTHING: Mapping[str, str] = MappingProxyType({})


class Visit:
    """The limits that one request or websocket has taken.

    Args:
        limiter: The application's limiter.
        scope: The ASGI scope.
    """

    __slots__ = ("_names", "_taken", "asked", "limiter", "scope")

    def __init__(self, limiter: Limiter, scope: Scope) -> None:
        self.limiter = limiter
        self.scope = scope
        self.asked: list[Taken] = []
        self._names: set[str] = set()
        self._taken: list[Taken] = []

    async def enter(self, costs: Mapping[str, int]) -> None:
        """Take limits for this request, each name once; its success gives back what it may.

        Raises:
            LimitExceeded: A limit refuses.
            LimitsUnavailable: A limit with `on_outage="deny"` cannot reach its store.
        """
        new = {name: cost for name, cost in costs.items() if name not in self._names}
        if new:
            self._names.update(new)
            self._taken += await self.take(new)

    async def take(
        self, costs: Mapping[str, int], given: Mapping[str, str] = _NOTHING
    ) -> list[Taken]:
        """Take limits for a part of this request. Return what was taken."""
        caller = Caller(HTTPConnection(self.scope), given)
        return [*await self.limiter.take(costs, caller, self.asked)]

    async def give_back(self, taken: Sequence[Taken]) -> None:
        """Return to limits that count failures what a success has taken."""
        await self.limiter.give_back(taken, self.asked)

    async def succeed(self) -> None:
        """Note the success of the request; the second call does nothing."""
        taken, self._taken = self._taken, []
        await self.give_back(taken)


def visit_of(connection: HTTPConnection) -> Visit | None:
    """Return the visit of a connection; `None` if its application has no limits."""
    visit = connection.scope.get(KEY)
    return visit if isinstance(visit, Visit) else None
