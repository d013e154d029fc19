"""`Accounts`: the port through which logins find users and change what they log in by."""

from typing import Protocol

from .._users import Users


class Accounts[U](Users[U], Protocol):
    """The users of an application, as far as logins, links and new passwords need them.

    Each method is one transaction of its own and holds no connection when it returns: a login must
    not wait for a second connection of the pool while it has one, and a response of 400 does not
    undo what was stored.
    """

    def normalise(self, name: str) -> str:
        """Return the spelling that accounts are looked up and limited by."""
        ...

    def name_of(self, user: U) -> str:
        """Return what the user logs in by, such as an e-mail address."""
        ...

    def password_of(self, user: U) -> str | None:
        """Return the stored hash of the user's password; `None` if there is none."""
        ...

    def is_verified(self, user: U) -> bool:
        """Return whether the user has received mail at the name."""
        ...

    async def find_by_name(self, name: str) -> U | None:
        """Return a user by the name of the account, in any spelling."""
        ...

    async def find_apart(self, subject: str) -> U | None:
        """Return a user by key, from a session that is closed when it returns."""
        ...

    async def add(self, name: str, password: str) -> U | None:
        """Store a new user with a hash. Return `None` if the name is taken."""
        ...

    async def replace_hash(self, subject: str, old: str, new: str) -> bool:
        """Replace a hash by another of the same password, if it still is `old`."""
        ...

    async def set_password(
        self, subject: str, password: str, expected: int | None = None
    ) -> int | None:
        """Store the hash of a new password, and raise `auth_version`, if it is `expected`.

        Return the new version, or `None`.
        """
        ...

    async def raise_version(self, subject: str, expected: int | None = None) -> int | None:
        """Raise `auth_version` by one, if it is `expected`. Return the new one, or `None`."""
        ...

    async def mark_verified(self, subject: str, name: str) -> bool:
        """Note that a user has received mail at `name`. Return whether that was new.

        It was not if the user has received mail before, or has another name now.
        """
        ...

    async def rename(self, subject: str, name: str, expected: int) -> int | None:
        """Store another name, at which mail has arrived, and raise `auth_version` from `expected`.

        Return the new version; `None` if it is another one, or the name is taken.
        """
        ...
