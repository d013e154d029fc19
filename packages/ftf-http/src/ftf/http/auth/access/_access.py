"""`Access`, `public` and `fresh`, which say what a route demands of a request."""

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar, override

from starlette.requests import HTTPConnection

from ftf.container import Container

from ...injection._early_checks import EarlyCheck, EarlyDependency
from ...request._scope import scope_of
from ..exceptions import InvalidAuthError


@dataclass(frozen=True, slots=True)
class Demand:
    """What one mark demands.

    Attributes:
        guards: The names of the guards that may answer; all guards of the application if empty.
        scopes: What the credential has to allow.
        max_age: How long ago the user may have proved who they are.
        login: Whether a credential is demanded; `None` if the mark does not say so.
    """

    guards: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    max_age: timedelta | None = None
    login: bool | None = None

    @property
    def is_public(self) -> bool:
        """Whether no credential is demanded."""
        return self.login is False


class Decider(ABC):
    """A service that decides about a request by one demand."""

    @abstractmethod
    async def decide(self, check: "AccessCheck", connection: HTTPConnection) -> None:
        """Raise if the demand refuses the request; do nothing if it was decided before."""


class AccessCheck(EarlyCheck):
    """A demand as a dependency, for routes that an application serves without its index.

    Args:
        demand: What it demands.
    """

    precedes_routes: ClassVar[bool] = True

    def __init__(self, demand: Demand) -> None:
        self.demand = demand

    @property
    @override
    def is_idle(self) -> bool:
        """Whether no credential is demanded."""
        return self.demand.is_public

    @override
    async def __call__(self, connection: HTTPConnection) -> None:
        """Decide about a request, unless that was done before its route was called.

        Raises:
            HTTPException: The request is refused.
        """
        if not self.demand.is_public:
            decider = await scope_of(connection.scope).aresolve(Decider)
            await decider.decide(self, connection)

    @override
    def fault(self, container: Container) -> Exception | None:
        """Return None: the rule of the whole route is checked."""
        return None


class AccessMark(EarlyDependency):
    """The mark of a demand: a dependency, and a decorator of handlers and controllers.

    Args:
        demand: What it demands.
    """

    def __init__(self, demand: Demand) -> None:
        super().__init__(AccessCheck(demand))


class Access(AccessMark):
    """Demand a credential: `@Access("api", scopes=["posts:write"])`.

    It stands below the decorator of a route or above a controller, in `access` of a controller, or
    among the `dependencies` of an application, a router, an inclusion or a route. The nearest
    guards count; scopes add up.

    Args:
        guards: The names of the guards, as given to `add_guard`; all of them by default.
        scopes: What the credential has to allow; it needs all of them.
    """

    def __init__(self, *guards: str, scopes: Iterable[str] = ()) -> None:
        if not all(isinstance(each, str) for each in guards):
            remedy = 'Write `@Access()`, or the names of guards: `@Access("api", "web")`.'
            raise InvalidAuthError("Access(...)", "has something else than names", remedy)
        if isinstance(scopes, str):
            remedy = f"Write `scopes=[{scopes!r}]`."
            raise InvalidAuthError("scopes", "is a text and not a list of texts", remedy)
        super().__init__(Demand(frozenset(guards), frozenset(scopes), login=True))


class fresh(AccessMark):  # noqa: N801  # a decorator
    """Demand that the user has proved who they are lately: `@fresh(minutes=10)`.

    Otherwise the answer is 401 with the error of RFC 9470, and clients ask for the password again.

    Args:
        minutes: How long ago that may be; exactly so long is allowed.
    """

    def __init__(self, *, minutes: float) -> None:
        if not 0 < minutes < float("inf"):
            raise InvalidAuthError("minutes", "is not above 0", "Write `@fresh(minutes=10)`.")
        super().__init__(Demand(max_age=timedelta(minutes=minutes)))


public: AccessMark = AccessMark(Demand(login=False))
public.__doc__ = "Demand no credential: `@public`, also where `require_login` closes all routes."
