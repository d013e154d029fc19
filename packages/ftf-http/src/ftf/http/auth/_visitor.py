"""`Visitor`: who sends a request, once that is known."""

from dataclasses import dataclass

from ._identity import Identity


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who sends a request: a service of its scope.

    Attributes:
        identity: What the credential says; `None` for a guest.
        user: The user, if there is a credential and the application has users.
    """

    identity: Identity | None = None
    user: object | None = None


GUEST = Visitor()
