"""`MemoryLogins`: logins in the memory of this process."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from ..logins._login_session import LoginSession


class MemoryLogins:
    """Stores logins in the memory of this process: for tests, and for trying things out.

    Another worker does not know them, and a restart ends them all.
    """

    def __init__(self) -> None:
        self._rows: dict[str, LoginSession] = {}

    def __len__(self) -> int:
        """Return how many rows there are."""
        return len(self._rows)

    # No method awaits, so what another task does comes before or after all of it.
    async def add(
        self,
        login: LoginSession,
        *,
        replaces: str | None = None,
        session: object = None,  # noqa: ARG002
    ) -> None:
        """Insert a row, and end the row that it replaces."""
        if replaces is not None:
            await self.revoke(replaces, login.created_at, "replaced")
        self._rows[login.id] = login

    async def find(self, key: str) -> LoginSession | None:
        """Return a row by id."""
        return self._rows.get(key)

    async def rotate(
        self, key: str, generation: int, now: datetime, idle_expires_at: datetime
    ) -> bool:
        """Raise the generation of a living row by one, if it still is `generation`."""
        row = self._rows.get(key)
        if row is None or row.generation != generation or not row.is_alive(now):
            return False
        self._rows[key] = replace(
            row,
            generation=generation + 1,
            rotated_at=now,
            last_seen_at=now,
            idle_expires_at=idle_expires_at,
        )
        return True

    async def revoke(self, key: str, now: datetime, reason: str) -> bool:
        """End a row. Return whether this call has ended it."""
        return bool(self._revoke(lambda row: row.id == key, now, reason))

    async def revoke_all(
        self, user: str, now: datetime, reason: str, *, besides: str | None = None
    ) -> int:
        """End the rows of a user but one. Return how many this call has ended."""
        return self._revoke(lambda row: row.user == user and row.id != besides, now, reason)

    async def renew(self, key: str, auth_version: int) -> bool:
        """Set the `auth_version` of a row that was not revoked."""
        row = self._rows.get(key)
        if row is None or row.revoked_at is not None:
            return False
        self._rows[key] = replace(row, auth_version=auth_version)
        return True

    async def of_user(self, user: str, now: datetime) -> Sequence[LoginSession]:
        """Return the living rows of a user, the one that was used last first."""
        found = [row for row in self._rows.values() if row.user == user and row.is_alive(now)]
        return sorted(found, key=lambda row: (row.last_seen_at, row.id), reverse=True)

    async def touch(
        self, key: str, now: datetime, before: datetime, idle_expires_at: datetime
    ) -> None:
        """Set `last_seen_at` and the idle end of a living row last seen before `before`."""
        row = self._rows.get(key)
        if row is not None and row.is_alive(now) and row.last_seen_at < before:
            self._rows[key] = replace(row, last_seen_at=now, idle_expires_at=idle_expires_at)

    async def prune(self, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` rows that ended before a time."""
        ended = [key for key, row in self._rows.items() if not row.is_alive(ended_before)]
        for key in ended[:limit]:
            del self._rows[key]
        return len(ended[:limit])

    def _revoke(self, wanted: Callable[[LoginSession], bool], now: datetime, reason: str) -> int:
        rows = [row for row in self._rows.values() if wanted(row) and row.revoked_at is None]
        for row in rows:
            self._rows[row.id] = replace(row, revoked_at=now, revoked_for=reason)
        return len(rows)
