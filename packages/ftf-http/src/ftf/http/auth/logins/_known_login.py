"""`KnownLogin`: an entry in a user's list of devices."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from ._login_session import LoginSession


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownLogin:
    """An entry in a user's list of devices.

    Attributes:
        id: The id of the login, by which it can be ended.
        is_current: Whether the request that lists it belongs to it.
        client: The program that has logged in, if it has a name.
        ip: The address at the login.
        user_agent: What the client called itself.
        created_at: The time of the login.
        last_seen_at: The last use, to the minute.
        expires_at: The end at the latest.
    """

    id: str
    is_current: bool
    client: str | None
    ip: str | None
    user_agent: str | None
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, login: LoginSession, current: str | None) -> Self:
        """Return the entry of a row.

        Args:
            login: The row.
            current: The id of the login that the request belongs to.
        """
        return cls(
            id=login.id,
            is_current=login.id == current,
            client=login.client,
            ip=login.ip,
            user_agent=login.user_agent,
            created_at=login.created_at,
            last_seen_at=login.last_seen_at,
            expires_at=login.expires_at,
        )
