"""The row of a new login."""

from datetime import UTC, datetime
from secrets import token_bytes, token_urlsafe
from typing import Final

from .._grant import Grant
from ._login_session import Kind, LoginSession
from ._options import LoginOptions

_ID_BYTES: Final = 16
_SALT_BYTES: Final = 16
_NEVER: Final = datetime.fromtimestamp(0, UTC)


def new_login(kind: Kind, grant: Grant, now: datetime, options: LoginOptions) -> LoginSession:
    """Return the row of a new login.

    Args:
        kind: Whether it has a cookie or tokens.
        grant: Whose login it is, and what it allows.
        now: The time.
        options: How long logins live.
    """
    return LoginSession(
        id=token_urlsafe(_ID_BYTES),
        kind=kind,
        user=grant.subject,
        salt=token_bytes(_SALT_BYTES),
        rotated_at=now,
        authenticated_at=grant.authenticated_at or _NEVER,
        scopes=grant.scopes,
        auth_version=grant.version or 0,
        created_at=now,
        last_seen_at=now,
        idle_expires_at=now + min(options.idle, options.lifetime),
        expires_at=now + options.lifetime,
    )
