"""`Auth`: who sends the request, as a service."""

from typing import cast

from ._challenge import Challenge
from ._identity import Identity
from ._visitor import Visitor
from .exceptions import Unauthenticated


class Auth[U]:
    """Who sends the request: a service for constructors, handlers and policies.

    Args:
        visitor: Who sends it.
        challenge: The header of a 401.
    """

    def __init__(self, visitor: Visitor, challenge: Challenge) -> None:
        self._visitor = visitor
        self._challenge = challenge

    @property
    def identity(self) -> Identity | None:
        """What the credential says; `None` for a guest."""
        return self._visitor.identity

    @property
    def scopes(self) -> frozenset[str]:
        """What the credential allows; nothing for a guest."""
        identity = self._visitor.identity
        return frozenset() if identity is None else identity.scopes

    @property
    def is_guest(self) -> bool:
        """Whether the request has no credential."""
        return self._visitor.identity is None

    async def user(self) -> U | None:
        """Return the user; `None` for a guest and for a program.

        The user was loaded with the credential: no query is made.
        """
        return cast("U | None", self._visitor.user)

    async def user_or_fail(self) -> U:
        """Return the user; a guest gets 401, and so does a program.

        Raises:
            Unauthenticated: The request has no user.
        """
        user = await self.user()
        if user is None:
            raise self.unauthenticated()
        return user

    def unauthenticated(self) -> Unauthenticated:
        """Return the error of a guest who may not go on: 401, with the schemes of the guards."""
        return Unauthenticated(challenge=self._challenge.text)
