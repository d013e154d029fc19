"""`Logins`: users log in, stay logged in, and log out."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from .._clock import Clock
from .._grant import Grant
from .._identity import CLIENT_PREFIX, Identity
from ..passwords._passwords import Passwords
from ..tokens._access_tokens import AccessTokens
from ..tokens._token_pair import TokenPair
from ._accounts import Accounts
from ._credentials import Credentials
from ._events import LoggedIn, LoggedOut, OtherLoginsEnded
from ._known_login import KnownLogin
from ._login_session import Kind, LoginSession, LoginSessions
from ._new_login import new_login
from ._options import LoginOptions
from ._origin import Origin
from ._refreshing import Notify, Refreshing
from ._session_token import SessionTokens
from .exceptions import LoginFailed, UnknownLogin

_ALL: Final = ("*",)


class Logins[U]:
    """A service that logs users in and out. The container builds it for each request.

    Args:
        accounts: The users.
        rows: The rows of logins.
        passwords: What hashes and verifies passwords.
        tokens: What derives refresh tokens from rows.
        access: What makes access tokens.
        clock: The time.
        options: How long logins live.
        origin: Where the request comes from.
        notify: Called with what happens to logins.
    """

    def __init__(
        self,
        accounts: Accounts[U],
        rows: LoginSessions,
        passwords: Passwords,
        tokens: SessionTokens,
        access: AccessTokens,
        *,
        clock: Clock,
        options: LoginOptions,
        origin: Origin,
        notify: Notify,
    ) -> None:
        self._accounts = accounts
        self._rows = rows
        self._passwords = passwords
        self._credentials = Credentials(accounts, passwords, options, origin)
        self._tokens = tokens
        self._access = access
        self._clock = clock
        self._options = options
        self._origin = origin
        self._notify = notify
        self._refreshing = Refreshing(accounts, rows, tokens, clock, options)

    async def verify(self, name: str, password: str) -> U:
        """Return the user of a name and a password, without a login; failures are counted.

        Args:
            name: The name of the account, in any spelling.
            password: The password.

        Raises:
            LoginFailed: They are not those of an active account: the response is 401.
            EmailNotVerified: They are, and the options ask for a verified address: 403.
            LimitExceeded: There were too many failures: the response is 429.
            PasswordsBusy: Too many passwords wait to be hashed: the response is 503.
        """
        return await self._credentials.verify(name, password)

    async def attempt(
        self, name: str, password: str, *, client: str | None = None, scopes: Sequence[str] = _ALL
    ) -> TokenPair:
        """Log a user in by name and password, and return the tokens; failures are counted.

        Args:
            name: The name of the account, in any spelling.
            password: The password.
            client: The program that logs in; only the same one can use the refresh token.
            scopes: What the tokens of this login allow at most.

        Raises:
            LoginFailed: They are not those of an active account: the response is 401.
            EmailNotVerified: They are, and the options ask for a verified address: 403.
            LimitExceeded: There were too many failures: the response is 429.
            PasswordsBusy: Too many passwords wait to be hashed: the response is 503.
        """
        user = await self.verify(name, password)
        return await self.issue(user, methods=("pwd",), client=client, scopes=scopes)

    async def issue(
        self,
        user: U,
        *,
        methods: Sequence[str] = (),
        client: str | None = None,
        scopes: Sequence[str] = _ALL,
        session: object = None,
    ) -> TokenPair:
        """Log a user in who has proved who they are, and return the tokens.

        Args:
            user: The user.
            methods: How the user has proved it, as in RFC 8176: `pwd`, `otp`.
            client: The program that logs in.
            scopes: What the tokens of this login allow at most.
            session: The database session to store the login in, where a transaction is open; it is
                stored with that transaction. By default it is stored at once.
        """
        login = await self.begin(
            user, "token", methods=methods, client=client, scopes=scopes, session=session
        )
        return self._pair(login, login.scopes)

    async def begin(
        self,
        user: U,
        kind: Kind,
        *,
        methods: Sequence[str] = (),
        client: str | None = None,
        scopes: Sequence[str] = _ALL,
        replaces: str | None = None,
        session: object = None,
    ) -> LoginSession:
        """Store a login of a user, and return its row, which tokens or a cookie are derived from.

        Args:
            user: The user.
            kind: Whether it has a cookie or tokens.
            methods: How the user has proved who they are.
            client: The program that logs in.
            scopes: What the credentials of this login allow at most.
            replaces: The id of the login that ends with it, in the same transaction.
            session: The database session to store it in; by default it is stored at once.

        Raises:
            LoginFailed: The key of the user begins with `client:`, as the subjects of programs do.
        """
        now, subject = self._clock.now(), self._accounts.subject_of(user)
        if subject.startswith(CLIENT_PREFIX):  # it would be read as a program, which has no user
            raise LoginFailed
        version, allowed = self._accounts.version_of(user), tuple(scopes)
        grant = Grant(subject=subject, scopes=allowed, version=version, authenticated_at=now)
        login = new_login(kind, grant, now, self._options)
        login = replace(login, client=client, methods=tuple(methods), ip=self._origin.ip)
        login = replace(login, user_agent=self._origin.user_agent)
        before = None if replaces is None else await self._rows.find(replaces)
        await self._rows.add(login, replaces=replaces, session=session)
        if before is not None and before.is_alive(now):
            await self._notify(LoggedOut.about(before, self._origin.ip))
        await self._notify(LoggedIn.about(login, self._origin.ip))
        return login

    async def refresh(
        self, token: str, *, client: str | None = None, scopes: Sequence[str] | None = None
    ) -> TokenPair:
        """Replace a refresh token, and return the next tokens.

        Args:
            token: The refresh token.
            client: The program that sends it.
            scopes: What the new access token allows, if that is less than the login does.

        Raises:
            InvalidGrant: The token is not accepted: the response is 400.
            InvalidScope: The login does not allow a scope: the response is 400.
        """
        done = await self._refreshing.refresh(
            token, client, self._origin.ip, self._notify, scopes or ()
        )
        return self._pair(done.login, scopes or done.login.scopes)

    async def revoke(self, token: str) -> None:
        """End the login of a refresh token, an old one too. An unknown token is no error."""
        login = await self._refreshing.find(token)
        if login is not None:
            await self._end(login, "logout")

    async def logout(self, identity: Identity) -> None:
        """End the login that a request belongs to; only `check="session"` ends its access tokens.

        Args:
            identity: What the credential of the request says.

        Raises:
            UnknownLogin: The credential belongs to no living login, such as an API token.
        """
        await self.end(identity, identity.session_id or "")

    async def end(self, identity: Identity, session_id: str) -> None:
        """End one of the user's logins.

        Args:
            identity: What the credential of the request says.
            session_id: The id of the login.

        Raises:
            UnknownLogin: The user has no living login with this id: the response is 404.
        """
        login = await self._rows.find(session_id)
        if login is None or login.user != identity.user_key:
            raise UnknownLogin(session_id)
        await self._end(login, "logout")

    async def logout_others(self, identity: Identity) -> int:
        """End all of the user's logins but the one that the request belongs to.

        All access tokens of the user end, that of this login too: its refresh token gets the next.

        Args:
            identity: What the credential of the request says.

        Returns:
            How many logins have ended.
        """
        version = await self._accounts.raise_version(identity.subject)
        return await self._keep_only(identity, version, "logout_others")

    async def sessions(self, identity: Identity) -> Sequence[KnownLogin]:
        """Return the user's living logins, the one that was used last first.

        Args:
            identity: What the credential of the request says.
        """
        rows = await self._rows.of_user(identity.subject, self._clock.now())
        return [KnownLogin.of(row, identity.session_id) for row in rows]

    async def confirm(self, identity: Identity, password: str) -> U:
        """Return the user of a request, if this is their password, and fail as `verify` otherwise.

        Args:
            identity: What the credential of the request says.
            password: The password.
        """
        return await self._credentials.confirm(identity.subject, password)

    async def change_password(self, identity: Identity, current: str, new: str) -> None:
        """Replace the password of a user who knows the current one, and end the other logins.

        Args:
            identity: What the credential of the request says.
            current: The current password; failures are counted.
            new: The new password.

        Raises:
            LoginFailed: The current password is another one: the response is 401.
            UnusablePassword: The new one is not accepted: the response is 422.
            LimitExceeded: There were too many failures: the response is 429.
        """
        user = await self.confirm(identity, current)
        name, before = self._accounts.name_of(user), self._accounts.version_of(user)
        hashed = await self._passwords.hash(new, about=[name], field="new_password")
        if (version := await self._accounts.set_password(identity.subject, hashed, before)) is None:
            raise LoginFailed  # another request has replaced it meanwhile
        await self._keep_only(identity, version, "password")

    async def prune(self, limit: int = 1_000) -> int:
        """Delete rows of logins that ended a while ago (`LoginOptions.kept`). Return how many.

        Args:
            limit: How many at most; a job calls it again until it returns less.
        """
        return await self._rows.prune(self._clock.now() - self._options.kept, limit)

    async def _keep_only(self, identity: Identity, version: int | None, reason: str) -> int:
        current, now = identity.session_id, self._clock.now()
        ended = await self._rows.revoke_all(identity.subject, now, reason, besides=current)
        if current is not None and version is not None:
            await self._rows.renew(current, version)
        await self._notify(OtherLoginsEnded.of(identity.subject, current, self._origin.ip))
        return ended

    async def _end(self, login: LoginSession, reason: str) -> None:
        if await self._rows.revoke(login.id, self._clock.now(), reason):
            await self._notify(LoggedOut.about(login, self._origin.ip))

    def _pair(self, login: LoginSession, scopes: Sequence[str]) -> TokenPair:
        access = self._access.issue(
            login.user,
            scopes=scopes,
            session_id=login.id,
            authenticated_at=login.authenticated_at,
            methods=login.methods,
            version=login.auth_version,
            client=login.client,
        )
        return TokenPair.of(access, self._tokens.refresh_token(login), scopes, self._clock.now())
