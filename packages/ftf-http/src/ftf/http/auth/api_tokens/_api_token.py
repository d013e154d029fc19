"""`ApiToken`: what is stored of an API token, and `ApiTokenStore`, the port that stores it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """What is stored of an API token; the token itself is not.

    Attributes:
        id: 128 random bits as text, by which it is listed and revoked.
        user: The key of the user whose token it is, as text.
        name: What the user calls it.
        digest: The SHA-256 of the token.
        scopes: What it allows; `*` allows everything.
        created_at: When it was made.
        expires_at: When it ends; `None` if it does not.
        last_used_at: When it was last used, to the minute; `None` if never.
    """

    id: str
    user: str
    name: str
    digest: bytes = field(repr=False)
    scopes: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None = None

    def has_ended(self, now: datetime) -> bool:
        """Return whether it has ended."""
        return self.expires_at is not None and now >= self.expires_at


class ApiTokenStore(Protocol):
    """Stores API tokens. Each method is one transaction of its own."""

    async def add(self, token: ApiToken) -> None:
        """Insert a token."""
        ...

    async def find(self, digest: bytes) -> ApiToken | None:
        """Return a token by its digest."""
        ...

    async def of_user(self, user: str) -> Sequence[ApiToken]:
        """Return the tokens of a user, the newest first."""
        ...

    async def remove(self, user: str, key: str) -> bool:
        """Delete a token of a user. Return whether there was one."""
        ...

    async def touch(self, key: str, now: datetime, before: datetime) -> None:
        """Set the last use of a token that was not used since `before`.

        It may do nothing where it would have to wait for another writer.
        """
        ...
