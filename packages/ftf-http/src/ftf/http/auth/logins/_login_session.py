"""`LoginSession`: the stored row of one login, and `LoginSessions`, the port that stores them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from ._accounts import Accounts

type Kind = Literal["cookie", "token"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """One login: the entry in the list of devices, and the row that its credentials depend on.

    Neither its refresh tokens nor its cookie are stored: they are derived from the row by a key.

    Attributes:
        id: 128 random bits as text.
        kind: Whether its credential is a cookie, or refresh and access tokens.
        user: The user's key as text.
        client: The program that has logged in, if it has a name.
        salt: Random bytes without which nothing can be derived, even by who has the key.
        generation: How often its refresh token was replaced.
        rotated_at: When it was replaced last, or the login.
        authenticated_at: When the user has proved who they are.
        methods: How, as in RFC 8176: `pwd`, `otp`.
        scopes: What its credentials allow at most.
        auth_version: The user's `auth_version`; with another one the login has ended.
        created_at: When it was stored.
        last_seen_at: When it was used last, to the minute.
        idle_expires_at: When it ends unless it is used.
        expires_at: When it ends at the latest; nothing moves it.
        revoked_at: When it was ended before that; `None` if it was not.
        revoked_for: Why: `logout`, `logout_others`, `password`, `reuse`, `replaced`.
        ip: The client's address at the login.
        user_agent: What the client called itself.
    """

    id: str
    kind: Kind
    user: str
    client: str | None = None
    salt: bytes = field(repr=False)
    generation: int = 0
    rotated_at: datetime
    authenticated_at: datetime
    methods: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ("*",)
    auth_version: int
    created_at: datetime
    last_seen_at: datetime
    idle_expires_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None
    revoked_for: str | None = None
    ip: str | None = None
    user_agent: str | None = None

    def is_alive(self, now: datetime) -> bool:
        """Return whether the login has not ended, as far as its row says."""
        return self.revoked_at is None and now < self.idle_expires_at and now < self.expires_at


class LoginSessions(Protocol):
    """Stores logins. Each method is one transaction of its own, committed when it returns."""

    async def add(
        self, login: LoginSession, *, replaces: str | None = None, session: object = None
    ) -> None:
        """Insert a row, and in the same transaction end the row that it replaces.

        Args:
            login: The row.
            replaces: The id of the row that it replaces.
            session: The database session to write in, which commits then, in place of one of the
                store's own.
        """
        ...

    async def find(self, key: str) -> LoginSession | None:
        """Return a row by id, from the primary database."""
        ...

    async def rotate(
        self, key: str, generation: int, now: datetime, idle_expires_at: datetime
    ) -> bool:
        """Raise the generation of a living row by one, if it still is `generation`.

        Of any number of calls with one generation, one returns True.
        """
        ...

    async def revoke(self, key: str, now: datetime, reason: str) -> bool:
        """End a row. Return whether this call has ended it."""
        ...

    async def revoke_all(
        self, user: str, now: datetime, reason: str, *, besides: str | None = None
    ) -> int:
        """End the rows of a user but one. Return how many this call has ended."""
        ...

    async def renew(self, key: str, auth_version: int) -> bool:
        """Set the `auth_version` of a row that was not revoked. Return whether there was one."""
        ...

    async def of_user(self, user: str, now: datetime) -> Sequence[LoginSession]:
        """Return the living rows of a user, the one that was used last first."""
        ...

    async def touch(
        self, key: str, now: datetime, before: datetime, idle_expires_at: datetime
    ) -> None:
        """Set `last_seen_at` and the idle end of a living row that was last seen before `before`.

        It may do nothing where it would have to wait for another writer.
        """
        ...

    async def prune(self, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` rows that ended before a time. Return how many."""
        ...


@runtime_checkable
class LoginsBesideUsers(Protocol):
    """A store of logins that can read a login and its user by one query."""

    async def find_with_user[U](
        self, key: str, accounts: Accounts[U]
    ) -> tuple[LoginSession, U | None] | None:
        """Return a row by id, and its user, from the primary database.

        Args:
            key: The id.
            accounts: The users.
        """
        ...
