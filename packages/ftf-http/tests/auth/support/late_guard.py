"""A guard whose logins are as old as a header says, and the time that they are counted from."""

from datetime import UTC, datetime, timedelta

from auth_people import HeaderGuard

from ftf.http import Injected
from ftf.http.auth import Identity

NOW = datetime(2030, 5, 1, 12, tzinfo=UTC)


class LateGuard(HeaderGuard):
    """`X-Ago: 600` is a login ten minutes ago."""

    header = "x-ago"

    async def authenticate(self, connection) -> Identity | None:
        ago = connection.headers.get("x-ago")
        if ago is None:
            return None
        when = NOW - timedelta(seconds=float(ago)) if ago else None
        return Identity(subject="7", guard="late", authenticated_at=when)


async def who(me: Injected[Identity]) -> str:
    return f"{me.subject} by {me.guard}"
