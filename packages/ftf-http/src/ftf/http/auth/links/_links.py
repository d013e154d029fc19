"""`Links`: links in mails, by which a user sets a new password or confirms an address."""

from typing import Final

from .._clock import Clock
from ..logins._accounts import Accounts
from ..logins._events import OtherLoginsEnded
from ..logins._login_session import LoginSessions
from ..logins._notices import Notices
from ..passwords._passwords import Passwords
from ._link_token import LinkTokens
from ._options import LinkOptions
from .exceptions import InvalidLink

_RESET: Final = "reset"
_VERIFY: Final = "verify"


class Links[U]:
    """A service that makes the links in mails, and does what they are for.

    A link names its user and its end. It is bound to the user's `auth_version`, so that it can be
    used once, and a new password ends all others. Nothing is stored for it.

    Args:
        accounts: The users.
        rows: The rows of logins.
        passwords: What hashes passwords.
        tokens: What makes and reads the tokens of links.
        clock: The time.
        options: Where links lead, and how long they are valid.
        notices: Called with what happens to logins.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # the container passes them
        self,
        accounts: Accounts[U],
        rows: LoginSessions,
        passwords: Passwords,
        tokens: LinkTokens,
        clock: Clock,
        options: LinkOptions,
        notices: Notices,
    ) -> None:
        self._accounts = accounts
        self._rows = rows
        self._passwords = passwords
        self._tokens = tokens
        self._clock = clock
        self._options = options
        self._notices = notices

    def reset(self, user: U) -> str:
        """Return the URL of the page on which a user sets a new password.

        Args:
            user: The user; send the link to the user's address, and never show it to a client.
        """
        return self._url(self._options.reset, _RESET, user)

    def verify_email(self, user: U) -> str:
        """Return the URL of the page that confirms that mail to a user arrives.

        Args:
            user: The user; the link is for the present address.
        """
        return self._url(self._options.verify, _VERIFY, user)

    async def set_password(self, token: str, password: str) -> U:
        """Set the new password that a link of `reset` allows, and end all logins of the user.

        Args:
            token: The token in the URL.
            password: The new password.

        Returns:
            The user as before: log in anew.

        Raises:
            InvalidLink: The link was used, has ended, or is not one: the response is 400.
            UnusablePassword: The password is not accepted, and the link is as before: 422.
            PasswordsBusy: Too many passwords wait to be hashed: 503.
        """
        user = await self._user(token, _RESET)
        accounts, subject = self._accounts, self._accounts.subject_of(user)
        hashed = await self._passwords.hash(password, about=[accounts.name_of(user)])
        version = accounts.version_of(user)
        if await accounts.set_password(subject, hashed, expected=version) is None:
            raise InvalidLink  # another request has used it meanwhile
        await self._rows.revoke_all(subject, self._clock.now(), "password")
        await self._notices(OtherLoginsEnded.of(subject, None, None))
        return user

    async def confirm_email(self, token: str) -> U:
        """Note that the mail with a link of `verify_email` has arrived.

        Args:
            token: The token in the URL.

        Raises:
            InvalidLink: The link was used, has ended, or is not one: the response is 400.
        """
        user = await self._user(token, _VERIFY)
        subject, name = self._accounts.subject_of(user), self._accounts.name_of(user)
        if not await self._accounts.mark_verified(subject, name):
            raise InvalidLink  # it was used, or the address has changed
        return user

    def _url(self, path: str, purpose: str, user: U) -> str:
        accounts, until = self._accounts, self._clock.now() + self._options.lifetime
        token = self._tokens.make(
            purpose,
            accounts.subject_of(user),
            accounts.version_of(user),
            accounts.name_of(user),
            until,
        )
        return f"{self._options.base_url.rstrip('/')}{path}?token={token}"

    async def _user(self, text: str, purpose: str) -> U:
        """Return the user of a genuine token.

        Raises:
            InvalidLink: It is not genuine, or the user is not active.
        """
        token = self._tokens.read(text, self._clock.now())
        user = None if token is None else await self._accounts.find_apart(token.user)
        if token is None or user is None or not self._accounts.is_active(user):
            raise InvalidLink
        version, name = self._accounts.version_of(user), self._accounts.name_of(user)
        if not token.is_genuine(purpose, version, name):
            raise InvalidLink
        return user
