"""`throttle`, which limits routes, and `Throttle`, which limits a part of a handler."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import ClassVar

from starlette.requests import HTTPConnection

from ftf.container import Container

from ..injection._early_checks import EarlyCheck, EarlyDependency
from ._policies import Policies
from ._visit import Visit, visit_of
from .exceptions import InvalidLimitError, UnknownLimitError


class ThrottleCheck(EarlyCheck):
    """Takes limits before the body of a request is read.

    Args:
        names: The names of the limits.
        cost: How much is taken of each.
    """

    answers: ClassVar[tuple[int, ...]] = (429,)

    def __init__(self, names: tuple[str, ...], cost: int) -> None:
        self.costs = dict.fromkeys(names, cost)

    async def __call__(self, connection: HTTPConnection) -> None:
        """Take the limits, unless this request has taken them.

        Raises:
            LimitExceeded: A limit refuses.
        """
        await _visit(connection, next(iter(self.costs))).enter(self.costs)

    def fault(self, container: Container) -> Exception | None:
        """Return why the limits cannot be taken in an application."""
        policies = container.resolve(Policies) if Policies in container else Policies()
        try:
            for name, cost in self.costs.items():
                policies.of(name).check_cost(cost)
        except (InvalidLimitError, UnknownLimitError) as error:
            return error
        return None


class throttle(EarlyDependency):  # noqa: N801  # a decorator
    """Limit routes: `@throttle("api")`, below the decorator of a route or above a controller.

    It is a FastAPI dependency too: `Router(dependencies=[throttle("api")])` limits the routes of a
    router, and the option of the same name those of an application, an inclusion or one route. A
    name counts once for a request, however often it is given.

    Args:
        names: The names of the limits, as given to `add_limit`; they are taken together, or none.
        cost: How much a request takes of each.
    """

    def __init__(self, *names: str, cost: int = 1) -> None:
        if not names:
            raise InvalidLimitError("names", (), "at least one name of `add_limit`")
        super().__init__(ThrottleCheck(names, cost))


class Throttle:
    """A service that takes limits where the key is known only in the handler, as for a login.

    Args:
        connection: The request or websocket.
    """

    def __init__(self, connection: HTTPConnection) -> None:
        self._connection = connection

    async def take(self, name: str, *, cost: int = 1, **given: str) -> None:
        """Take the limits of a name.

        Args:
            name: The name, as given to `add_limit`.
            cost: How much is taken of each.
            given: What the keys are made of, such as `account=`.

        Raises:
            LimitExceeded: A limit refuses; nothing was taken of the others.
            LimitsUnavailable: A limit with `on_outage="deny"` cannot reach its store.
            UnknownLimitError: There is no such limit.
        """
        await _visit(self._connection, name).take({name: cost}, given)

    @asynccontextmanager
    async def attempt(self, name: str, *, cost: int = 1, **given: str) -> AsyncIterator[None]:
        """Take the limits of a name for a block; one that raises nothing has succeeded.

        A success gives back what was taken of limits with `count="failures"`. They are taken first,
        so that attempts at the same time cannot be more than the quota.

        Args:
            name: The name, as given to `add_limit`.
            cost: How much is taken of each.
            given: What the keys are made of, such as `account=`.

        Raises:
            LimitExceeded: A limit refuses; nothing was taken of the others.
            LimitsUnavailable: A limit with `on_outage="deny"` cannot reach its store.
            UnknownLimitError: There is no such limit.
        """
        visit = _visit(self._connection, name)
        taken = await visit.take({name: cost}, given)
        yield
        await visit.give_back(taken)


def _visit(connection: HTTPConnection, name: str) -> Visit:
    visit = visit_of(connection)
    if visit is None:
        raise UnknownLimitError(name)
    return visit
