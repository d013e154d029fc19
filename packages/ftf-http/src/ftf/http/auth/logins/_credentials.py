"""`Credentials`: whether a name and a password are those of an active account."""

from ..passwords._passwords import Passwords
from ._accounts import Accounts
from .exceptions import LoginFailed


class Credentials[U]:
    """Verifies names and passwords, and keeps hashes up to date.

    Args:
        accounts: The accounts.
        passwords: What verifies passwords.
    """

    def __init__(self, accounts: Accounts[U], passwords: Passwords) -> None:
        self._accounts = accounts
        self._passwords = passwords

    async def verify(self, name: str, password: str) -> U:
        """Return the user of a name and a password.

        Raises:
            LoginFailed: There is no such account, it is not active, or it has another password.
                Which of them, neither the error nor the time says.
            PasswordsBusy: Too many passwords wait to be hashed.
        """
        return await self.check(await self._accounts.find_by_name(name), password)

    async def check(self, user: U | None, password: str) -> U:
        """Return a user whose password this is.

        Raises:
            LoginFailed: The user is missing or not active, or has another password.
            PasswordsBusy: Too many passwords wait to be hashed.
        """
        stored = None if user is None else self._accounts.password_of(user)
        matches = await self._passwords.verify(password, stored)
        if user is None or stored is None or not matches or not self._accounts.is_active(user):
            raise LoginFailed
        if self._passwords.is_outdated(stored):
            renewed = await self._passwords.rehash(password)
            await self._accounts.replace_hash(self._accounts.subject_of(user), stored, renewed)
        return user
