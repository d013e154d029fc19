"""`UserSource`: the port through which the gate asks who the user is."""

from typing import Protocol


class UserSource[U](Protocol):
    """Knows the user of a request; a service that the application registers."""

    async def user(self) -> U | None:
        """Return the user, or `None` for a guest."""
        ...
