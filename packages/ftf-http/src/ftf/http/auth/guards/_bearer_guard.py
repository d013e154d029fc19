"""`BearerGuard`: access tokens in the header `Authorization`."""

from collections.abc import Mapping
from typing import ClassVar, override

from starlette.requests import HTTPConnection

from ftf.container import Lifetime

from .._grant import Grant
from .._guard import Guard, Json
from .._identity import Identity
from ..access._guards import Guards
from ..tokens._access_tokens import AccessTokens, WrongAudience
from ._bearer_token import bearer_token


class BearerGuard(Guard):
    """Accepts the access tokens that the application issues, as `Authorization: Bearer ...`.

    A subclass is a guard of another service: its `audience` accepts other tokens.

    Args:
        tokens: Reads them.
        guards: The guards of the application.

    Attributes:
        audience: The service that a token has to be for; that of `AuthProvider` by default.
    """

    challenge: ClassVar[str | None] = "Bearer"
    security_scheme: ClassVar[Json] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
    }
    lifetime: ClassVar[Lifetime] = "singleton"
    audience: ClassVar[str | None] = None

    def __init__(self, tokens: AccessTokens, guards: Guards) -> None:
        self._tokens = tokens
        self._name = guards.name_of(type(self))
        self._prefixes = tuple(prefix for _, other in guards.named() for prefix in other.prefixes)
        # A token of one of them is that guard's, and not a bad one of this.
        self._others = {
            other.audience or tokens.options.audience
            for _, other in guards.named()
            if issubclass(other, BearerGuard) and other is not type(self)
        }
        self.loads_user: bool = tokens.options.check != "token"
        self.checks_login: bool = tokens.options.check == "session"

    @override
    async def authenticate(self, connection: HTTPConnection) -> Identity | None:
        """Return what the access token of a request says; `None` if it has none."""
        token = bearer_token(connection)
        if token is None or token.startswith(self._prefixes):
            return None
        try:
            return self._tokens.read(token, audience=self.audience, guard=self._name)
        except WrongAudience as error:
            if self._others.isdisjoint(error.audiences):
                raise
            return None

    @override
    async def issue(self, grant: Grant) -> Mapping[str, str]:
        """Return the header with a new access token."""
        issued = self._tokens.issue(
            grant.subject,
            scopes=grant.scopes,
            version=grant.version,
            authenticated_at=grant.authenticated_at,
            audience=self.audience,
        )
        return {"authorization": f"Bearer {issued.text}"}
