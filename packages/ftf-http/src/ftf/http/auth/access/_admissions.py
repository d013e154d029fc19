"""`Admissions`: decides about the requests of an application, by the rules of its routes."""

import logging
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast, override

from fastapi.dependencies.models import Dependant
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Receive, Scope, Send

from ftf.container import Container

from ...injection._endpoint import injected_parameters
from ...request._scope import scope_of
from ...request._services import current_exchange
from .._challenge import Challenge, challenge
from .._clock import Clock
from .._current_user import demands_user, user_class
from .._identity import Identity
from .._users import Users
from .._visitor import Visitor
from ..connections._live_connections import LiveConnections
from ..connections._options import ConnectionOptions
from ..exceptions import AccessForbidden, Unauthenticated
from ._access import AccessCheck, Decider
from ._around import Around
from ._authentication import authenticate, still_holds
from ._guards import Guards
from ._rule import Rule, rule_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm

_logger = logging.getLogger("ftf.http")
KEY: Final = "ftf.http.access"
_REQUIRED: Final = "Authentication is required."
_CLOSED: Final = "The route is closed."
_INVALID: Final = {"error": "invalid_token"}
_OPEN: Final = Rule(is_required=False)


@dataclass(slots=True)  # neither frozen nor a tuple: those take longer to make
class Admitted:
    """What was decided about a request, in its ASGI scope.

    Attributes:
        by: The application's decisions: a mounted application makes its own.
        rule: The rule of its route.
        visitor: Who sends it; `None` if its credential was not read.
    """

    by: "Admissions"
    rule: Rule
    visitor: Visitor | None


class Admissions(Decider):
    """Decides about the requests of an application, by the rules of its routes.

    Args:
        container: The container of the application.
        guards: Its guards.
        realm: The name of the application, for `WWW-Authenticate`.
    """

    def __init__(self, container: Container, guards: Guards, realm: str) -> None:
        self._container = container
        self._realm = realm
        self._has_users = False
        self._reported: set[str] = set()
        self.guards = guards

    async def admit(self, rule: Rule, connection: HTTPConnection) -> None:
        """Refuse a request that a rule does not admit; record who sends one that it admits.

        Raises:
            HTTPException: It is refused.
        """
        try:
            if rule.faults:  # it was added after the start, which refuses it
                self._report(rule.faults, connection)
                raise AccessForbidden(_CLOSED)
            visitor = None
            if rule.is_read:
                visitor = await self._ask(rule, connection)
                if (identity := visitor.identity) is not None:
                    connection.scope["user"] = identity
                    if rule.scopes or rule.max_age is not None:
                        self._check(rule, identity)
                elif rule.is_required:
                    raise Unauthenticated(_REQUIRED, self._challenge(rule, {}))
            connection.scope[KEY] = Admitted(self, rule, visitor)
        except HTTPException as refused:
            for limit in rule.limits:  # guesses count; a refusal of theirs takes precedence
                await limit(connection)
            raise self._challenged(refused, rule) from None

    async def serve(self, app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection that was admitted, until its credential ends."""
        admitted = self._admitted(scope)
        identity = admitted.visitor.identity if admitted and admitted.visitor else None
        if identity is None:
            await app(scope, receive, send)
            return

        async def holds() -> bool:
            return await still_holds(identity, self.guards, connection, self._container)

        connection = HTTPConnection(scope)
        connections = self._container.resolve(LiveConnections)
        await connections.serve(identity, holds, app, scope, receive, send)

    def connections(self, clock: Clock) -> LiveConnections:
        """Return the service that knows the open connections."""
        is_set = ConnectionOptions in self._container
        return LiveConnections(
            clock, self._container.resolve(ConnectionOptions) if is_set else None
        )

    @override
    async def decide(self, check: AccessCheck, connection: HTTPConnection) -> None:
        """Raise if a demand refuses a request; do nothing if its route was decided about."""
        admitted = self._admitted(connection.scope)
        if admitted is None or check not in admitted.rule.checks:
            await self.admit(Rule.of([[check]], required=True), connection)

    def rule_of(self, route: BaseRoute, around: Around) -> Rule | None:
        """Return the rule of a route, and register the current users that its handler takes.

        Args:
            route: The route.
            around: The marks around the routes of its application.
        """
        dependant = getattr(route, "dependant", None)
        if isinstance(dependant, Dependant):
            for _, key in injected_parameters(dependant):
                if demands_user(key) is not None and key not in self._container:
                    current = cast("TypeForm[object]", key)
                    self._container.register(current, self._current(key), scope="transient")
        return rule_of(route, login_required=self.guards.login_required, around=around)

    def identity(self, visitor: Visitor) -> Identity:
        """Return the identity of a visitor.

        Raises:
            Unauthenticated: It is a guest.
        """
        if visitor.identity is None:
            raise Unauthenticated(_REQUIRED, self.challenge().text)
        return visitor.identity

    def challenge(self) -> Challenge:
        """Return the header of a 401 to a request without a credential."""
        return Challenge(self._challenge(_OPEN, {}))

    async def visitor(self) -> Visitor:
        """Return who sends the request that is served in this context.

        Raises:
            HTTPException: It has a credential that is not valid.
        """
        exchange = current_exchange("the visitor")
        admitted = self._admitted(exchange.scope)
        if admitted is None or admitted.visitor is None:
            return await self._ask_late(exchange.connection)
        return admitted.visitor

    def _admitted(self, scope: Scope) -> Admitted | None:
        found = scope.get(KEY)
        return found if isinstance(found, Admitted) and found.by is self else None

    def _report(self, faults: tuple[str, ...], connection: HTTPConnection) -> None:
        for fault in {*faults} - self._reported:  # once: everyone may call the route
            self._reported.add(fault)
            path = connection.scope["path"]
            _logger.error("No request of %r is admitted. %s", path, fault)

    async def _ask_late(self, connection: HTTPConnection) -> Visitor:
        """Return who sends a request of a route that does not ask."""
        try:
            visitor = await self._ask(_OPEN, connection)
        except Unauthenticated as refused:
            raise self._challenged(refused, _OPEN) from None
        if visitor.identity is not None:
            connection.scope["user"] = visitor.identity
        return visitor

    # A plain function that returns the coroutine: `async def` would add a frame to each request.
    def _ask(self, rule: Rule, connection: HTTPConnection) -> Awaitable[Visitor]:
        # Found once: to look for a key takes longer than to deliver its service.
        self._has_users = has_users = self._has_users or Users in self._container
        guards, services = self.guards.named(rule.guards), scope_of(connection.scope)
        return authenticate(guards, connection, services, has_users=has_users)

    def _challenged(self, refused: HTTPException, rule: Rule) -> HTTPException:
        """Return a refusal with the schemes of the guards, if it is a 401 without any."""
        if not isinstance(refused, Unauthenticated) or refused.challenge is not None:
            return refused
        return Unauthenticated(refused.detail, self._challenge(rule, _INVALID))

    def _check(self, rule: Rule, identity: Identity) -> None:
        """Check the scopes and the age of the login.

        Raises:
            AccessForbidden: A scope is missing.
            Unauthenticated: The login is too old.
        """
        if rule.scopes and not all(map(identity.allows, rule.scopes)):
            scope = " ".join(sorted(rule.scopes))
            parameters = {"error": "insufficient_scope", "scope": scope}
            raise AccessForbidden(challenge=self._challenge(rule, parameters))
        if rule.max_age is not None:
            now = self._container.resolve(Clock).now()
            last = identity.authenticated_at
            if last is None or now - last > rule.max_age:
                age = f"{rule.max_age.total_seconds():.0f}"
                parameters = {"error": "insufficient_user_authentication", "max_age": age}
                detail = "A more recent login is required."
                raise Unauthenticated(detail, self._challenge(rule, parameters))

    def _challenge(self, rule: Rule, parameters: dict[str, str]) -> str | None:
        schemes = (guard.challenge for _, guard in self.guards.named(rule.guards))
        return challenge(schemes, {"realm": self._realm, **parameters})

    def _current(self, key: object) -> Callable[[Visitor], Iterator[object]]:
        """Return a factory of the current user that a key names."""
        cls, is_demanded = user_class(key), demands_user(key)

        # A generator: what a function returns is the scope's, which would call a method `close` of
        # the user, such as one that closes the account.
        def current(visitor: Visitor) -> Iterator[object]:
            user = visitor.user
            if user is None and is_demanded:
                raise Unauthenticated(_REQUIRED, self._challenge(_OPEN, {}))
            if user is not None and isinstance(cls, type) and not isinstance(user, cls):
                name = type(user).__qualname__
                raise TypeError(f"The current user is a {name}: write `CurrentUser[{name}]`.")
            yield user

        return current
