"""`Visitor`: who sends a request, once that is known."""

from typing import NamedTuple

from ._identity import Identity


# Not a frozen dataclass, which takes three times as long to make, for each request.
class Visitor(NamedTuple):
    """Who sends a request: a service of its scope.

    Attributes:
        identity: What the credential says; `None` for a guest.
        user: The user, if there is a credential and the application has users.
    """

    identity: Identity | None = None
    user: object | None = None


GUEST = Visitor()
