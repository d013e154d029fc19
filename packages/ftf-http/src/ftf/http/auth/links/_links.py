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
_CHANGE: Final = "change"


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

    def __init__(  # noqa: PLR0917  # the container passes them
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

    def change_email(self, user: U, address: str) -> str:
        """Return the URL of the page that confirms a new address of a user.

        Args:
            user: The user.
            address: The new address; send the link there, and nowhere else.
        """
        return self._url(self._options.change, _CHANGE, user, address)

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
        user, _ = await self._use(token, _RESET)
        accounts, subject = self._accounts, self._accounts.subject_of(user)
        hashed = await self._passwords.hash(password, about=[accounts.name_of(user)])
        version = accounts.version_of(user)
        if await accounts.set_password(subject, hashed, expected=version) is None:
            raise InvalidLink  # another request has used it meanwhile
        await self._end_logins(subject, "password")
        if not accounts.is_verified(user):  # the mail has arrived
            await accounts.mark_verified(subject, accounts.name_of(user))
        return user

    async def set_email(self, token: str) -> U:
        """Store the new address that a link of `change_email` confirms, and end all logins.

        Args:
            token: The token in the URL.

        Returns:
            The user as before, whose old address may be told.

        Raises:
            InvalidLink: The link was used, has ended, or is not one, or the address is that of
                another account by now: the response is 400.
        """
        user, address = await self._use(token, _CHANGE)
        accounts, subject = self._accounts, self._accounts.subject_of(user)
        if await accounts.rename(subject, address, accounts.version_of(user)) is None:
            raise InvalidLink
        await self._end_logins(subject, "email")
        return user

    async def confirm_email(self, token: str) -> U:
        """Note that the mail with a link of `verify_email` has arrived.

        Args:
            token: The token in the URL.

        Raises:
            InvalidLink: The link was used, has ended, or is not one: the response is 400.
        """
        user, _ = await self._use(token, _VERIFY)
        subject, name = self._accounts.subject_of(user), self._accounts.name_of(user)
        if not await self._accounts.mark_verified(subject, name):
            raise InvalidLink  # it was used, or the address has changed
        return user

    async def _end_logins(self, subject: str, reason: str) -> None:
        await self._rows.revoke_all(subject, self._clock.now(), reason)
        await self._notices(OtherLoginsEnded.of(subject, None, None))

    def _url(self, path: str, purpose: str, user: U, address: str = "") -> str:
        accounts, until = self._accounts, self._clock.now() + self._options.lifetime
        token = self._tokens.make(
            purpose,
            accounts.subject_of(user),
            accounts.version_of(user),
            accounts.name_of(user),
            until,
            address,
        )
        return f"{self._options.base_url.rstrip('/')}{path}?token={token}"

    async def _use(self, text: str, purpose: str) -> tuple[U, str]:
        """Return the user of a genuine token, and the new address in it.

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
        return user, token.address
