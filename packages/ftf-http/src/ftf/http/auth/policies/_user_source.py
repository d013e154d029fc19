"""`UserSource`: the port through which the gate asks who the user is."""

from typing import Protocol

from ..exceptions import Unauthenticated


class UserSource[U](Protocol):
    """Knows the user of a request: the service `Auth`, or another one that you register."""

    async def user(self) -> U | None:
        """Return the user, or `None` for a guest."""
        ...

    def unauthenticated(self) -> Unauthenticated:
        """Return the error of a guest who may not go on."""
        return Unauthenticated()
