"""`OpenLogins`: the port through which an open connection finds out whether its login has ended."""

from abc import ABC, abstractmethod


class OpenLogins(ABC):
    """Knows which logins have not ended: a service, where there are logins."""

    @abstractmethod
    async def is_open(self, session_id: str) -> bool:
        """Return whether a login has not ended."""
