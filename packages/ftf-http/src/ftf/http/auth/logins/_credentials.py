"""`Credentials`: whether a name and a password are those of an active account."""

from ..passwords._passwords import Passwords
from ._accounts import Accounts
from ._options import LoginOptions
from ._origin import Origin
from .exceptions import EmailNotVerified, LoginFailed


class Credentials[U]:
    """Verifies names and passwords, counts failures, and keeps hashes up to date.

    Args:
        accounts: The accounts.
        passwords: What verifies passwords.
        options: The limit of failures, and whether an address has to be verified.
        origin: Where the request comes from.
    """

    def __init__(
        self, accounts: Accounts[U], passwords: Passwords, options: LoginOptions, origin: Origin
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._options = options
        self._origin = origin

    async def verify(self, name: str, password: str) -> U:
        """Return the user of a name and a password.

        Raises:
            LoginFailed: There is no such account, it is not active, or it has another password.
                Which of them, neither the error nor the time says.
            EmailNotVerified: They are right, and the account has to be verified first.
            LimitExceeded: There were too many failures.
            PasswordsBusy: Too many passwords wait to be hashed.
        """
        async with self._origin.attempt(self._options.limit, self._accounts.normalise(name)):
            user = await self._check(await self._accounts.find_by_name(name), password)
        if self._options.unverified == "refuse" and not self._accounts.is_verified(user):
            raise EmailNotVerified
        return user

    async def confirm(self, subject: str, password: str) -> U:
        """Return the user of a key, whose password this is.

        Raises:
            LoginFailed: The user is missing or not active, or has another password.
            LimitExceeded: There were too many failures.
            PasswordsBusy: Too many passwords wait to be hashed.
        """
        user = await self._accounts.find_apart(subject)
        name = "" if user is None else self._accounts.name_of(user)
        async with self._origin.attempt(self._options.limit, self._accounts.normalise(name)):
            return await self._check(user, password)

    async def _check(self, user: U | None, password: str) -> U:
        stored = None if user is None else self._accounts.password_of(user)
        matches = await self._passwords.verify(password, stored)
        if user is None or stored is None or not matches or not self._accounts.is_active(user):
            raise LoginFailed
        if self._passwords.is_outdated(stored):
            renewed = await self._passwords.rehash(password)
            await self._accounts.replace_hash(self._accounts.subject_of(user), stored, renewed)
        return user
