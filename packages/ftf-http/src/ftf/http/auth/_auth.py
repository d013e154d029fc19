"""`Auth`: who sends the request, as a service."""

from typing import cast

from ._identity import Identity
from ._visitor import Visitor


class Auth[U]:
    """Who sends the request: a service for constructors, handlers and policies.

    Args:
        visitor: Who sends it.
    """

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

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
