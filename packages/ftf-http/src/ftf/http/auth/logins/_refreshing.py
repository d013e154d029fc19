"""`Refreshing`: one refresh token becomes the next, for one of all who ask at the same time."""

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, NamedTuple

from .._clock import Clock
from ._accounts import Accounts
from ._events import LoginEvent, RefreshAhead, RefreshRetried, RefreshReused
from ._login_session import LoginsBesideUsers, LoginSession, LoginSessions
from ._options import LoginOptions
from ._session_token import SessionToken, SessionTokens
from .exceptions import InvalidGrant, InvalidScope

_MOST_SCOPES: Final = 1_000  # characters
# A scope-token of RFC 6749, section 3.3.
_SCOPE: Final = re.compile(r"[!#-\[\]-~]+", re.ASCII)

type Notify = Callable[[LoginEvent], Awaitable[None]]


class Refreshed[U](NamedTuple):
    """The outcome of a refresh.

    Attributes:
        user: The user.
        login: The row, with the generation of the new token.
    """

    user: U
    login: LoginSession


class Refreshing[U]:
    """Replaces refresh tokens.

    Rotation is one compare-and-set on the row of the login, which revocation writes too: neither
    can overtake the other. What is derived from the row is the same for all who get it.

    Args:
        accounts: The users.
        logins: The rows.
        tokens: What reads tokens.
        clock: The time.
        options: The grace and the idle time.
    """

    def __init__(
        self,
        accounts: Accounts[U],
        logins: LoginSessions,
        tokens: SessionTokens,
        clock: Clock,
        options: LoginOptions,
    ) -> None:
        self._accounts = accounts
        self._logins = logins
        self._tokens = tokens
        self._clock = clock
        self._options = options

    async def refresh(
        self,
        text: str,
        client: str | None,
        ip: str | None,
        notify: Notify,
        scopes: Sequence[str] = (),
    ) -> Refreshed[U]:
        """Replace a refresh token. Return its login, whose generation is that of the successor.

        Args:
            text: The token.
            client: The program that sends it.
            ip: The client's address, for events.
            notify: Called with what has happened, if it is remarkable.
            scopes: What the login has to allow.

        Raises:
            InvalidGrant: The token is not accepted.
            InvalidScope: The login does not allow a scope; the token stays as it is.
        """
        now = self._clock.now()
        token = self._tokens.read_refresh(text, now)
        login, found = (None, None) if token is None else await self._found(token)
        if token is None or not token.is_genuine(login) or login is None:
            raise InvalidGrant
        user = self._checked(found, login, client, now)
        if beyond := [each for each in scopes if not _allows(login, each)]:
            raise InvalidScope(beyond)
        if len(" ".join(scopes)) > _MOST_SCOPES:
            raise InvalidScope(scopes)
        after = await self._rotated(token, login, now)
        if after is not None:
            return Refreshed(user, after)
        return Refreshed(user, await self._late(token, login.id, ip, notify, now))

    async def find(self, text: str) -> LoginSession | None:
        """Return the login of a genuine token, old or new; `None` if there is none."""
        token = self._tokens.read_refresh(text, self._clock.now())
        login = None if token is None else await self._logins.find(token.id)
        return login if token is not None and token.is_genuine(login) else None

    async def _found(self, token: SessionToken) -> tuple[LoginSession | None, U | None]:
        """Return the row of a token, genuine or not, and its user."""
        if isinstance(self._logins, LoginsBesideUsers):
            found = await self._logins.find_with_user(token.id, self._accounts)
            return found or (None, None)
        login = await self._logins.find(token.id)
        if login is None or not token.is_genuine(login):
            return login, None
        return login, await self._accounts.find_apart(login.user)

    def _checked(self, user: U | None, login: LoginSession, client: str | None, now: datetime) -> U:
        """Return the user of a login that a client may use.

        Raises:
            InvalidGrant: It has ended, or is that of another client.
        """
        if login.client != client or login.kind != "token":
            raise InvalidGrant
        if (
            user is None
            or not login.is_alive(now)
            or not self._accounts.is_active(user)
            or self._accounts.version_of(user) != login.auth_version
        ):
            raise InvalidGrant(has_ended=True)
        return user

    async def _rotated(
        self, token: SessionToken, login: LoginSession, now: datetime
    ) -> LoginSession | None:
        """Return the row after this call has rotated it; `None` if the token is not the newest."""
        if token.generation != login.generation:
            return None
        idle = min(now + self._options.idle, login.expires_at)
        if not await self._logins.rotate(login.id, login.generation, now, idle):
            return None
        generation = login.generation + 1
        return replace(login, generation=generation, rotated_at=now, idle_expires_at=idle)

    async def _late(
        self, token: SessionToken, key: str, ip: str | None, notify: Notify, now: datetime
    ) -> LoginSession:
        """Return the row for a token that was just replaced, as another has won or was answered.

        Raises:
            InvalidGrant: The login has ended, or ends because the token is older.
        """
        login = await self._logins.find(key)  # as it is now: another has written it
        if login is None or not login.is_alive(now):
            raise InvalidGrant(has_ended=True)
        if token.generation >= login.generation:
            await notify(RefreshAhead.about(login, ip))
            raise InvalidGrant
        grace = self._options.grace
        if token.generation == login.generation - 1 and grace and now - login.rotated_at <= grace:
            await notify(RefreshRetried.about(login, ip))
            return login
        if await self._logins.revoke(key, now, "reuse"):
            await notify(RefreshReused.about(login, ip))
        raise InvalidGrant(has_ended=True)


def _allows(login: LoginSession, scope: str) -> bool:
    """Return whether a login allows a scope, which clients ask for in any spelling."""
    return _SCOPE.fullmatch(scope) is not None and not {scope, "*"}.isdisjoint(login.scopes)
