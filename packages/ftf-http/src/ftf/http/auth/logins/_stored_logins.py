"""`StoredLogins`: whether a login has ended, as its row says."""

from typing import override

from .._clock import Clock
from ..connections._open_logins import OpenLogins
from ._login_session import LoginSessions


class StoredLogins(OpenLogins):
    """Knows which logins have not ended, by their rows.

    Args:
        rows: The rows.
        clock: The time.
    """

    def __init__(self, rows: LoginSessions, clock: Clock) -> None:
        self._rows = rows
        self._clock = clock

    @override
    async def is_open(self, session_id: str) -> bool:
        """Return whether a login has not ended."""
        row = await self._rows.find(session_id)
        return row is not None and row.is_alive(self._clock.now())
