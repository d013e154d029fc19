"""`MemoryAccounts`: users in the memory of this process."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from ...limits._key import folded


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryUser:
    """A user of `MemoryAccounts`.

    Attributes:
        id: The key.
        name: What the user logs in by.
        password: The hash of the password.
        auth_version: Raised when all credentials of the user end.
        is_active: Whether the user may use credentials.
        is_verified: Whether the user has received mail at the name.
    """

    id: str
    name: str
    password: str | None = field(default=None, repr=False)
    auth_version: int = 1
    is_active: bool = True
    is_verified: bool = False


class MemoryAccounts:
    """Stores users in the memory of this process: for tests, and for trying things out.

    Args:
        users: The first users.
    """

    def __init__(self, users: Iterable[MemoryUser] = ()) -> None:
        self._users = {user.id: user for user in users}

    def put(self, user: MemoryUser) -> None:
        """Store a user, in place of the one with this key."""
        self._users[user.id] = user

    def remove(self, subject: str) -> None:
        """Delete a user."""
        del self._users[subject]

    def normalise(self, name: str) -> str:
        """Return the spelling that accounts are looked up and limited by."""
        return folded(name)

    def name_of(self, user: MemoryUser) -> str:
        """Return what the user logs in by."""
        return user.name

    def password_of(self, user: MemoryUser) -> str | None:
        """Return the stored hash of the user's password."""
        return user.password

    def subject_of(self, user: MemoryUser) -> str:
        """Return the user's key."""
        return user.id

    def version_of(self, user: MemoryUser) -> int:
        """Return the user's `auth_version`."""
        return user.auth_version

    def is_active(self, user: MemoryUser) -> bool:
        """Return whether a user may use credentials."""
        return user.is_active

    def is_verified(self, user: MemoryUser) -> bool:
        """Return whether the user has received mail at the name."""
        return user.is_verified

    async def find(self, subject: str) -> MemoryUser | None:
        """Return a user by key."""
        return self._users.get(subject)

    async def find_apart(self, subject: str) -> MemoryUser | None:
        """Return a user by key."""
        return self._users.get(subject)

    async def find_by_name(self, name: str) -> MemoryUser | None:
        """Return a user by the name of the account, in any spelling."""
        wanted = folded(name)
        return next((each for each in self._users.values() if each.name == wanted), None)

    async def add(self, name: str, password: str) -> MemoryUser | None:
        """Store a new user with a hash. Return `None` if the name is taken."""
        if await self.find_by_name(name) is not None:
            return None
        key = str(1 + max((int(key) for key in self._users if key.isdecimal()), default=0))
        user = MemoryUser(id=key, name=folded(name), password=password)
        self._users[key] = user
        return user

    async def replace_hash(self, subject: str, old: str, new: str) -> bool:
        """Replace a hash by another of the same password, if it still is `old`."""
        user = self._users.get(subject)
        if user is None or user.password != old:
            return False
        self._users[subject] = replace(user, password=new)
        return True

    async def set_password(
        self, subject: str, password: str, expected: int | None = None
    ) -> int | None:
        """Store the hash of a new password, and raise `auth_version`, if it is `expected`."""
        return self._raise(subject, expected, password)

    async def raise_version(self, subject: str, expected: int | None = None) -> int | None:
        """Raise `auth_version` by one, if it is `expected`. Return the new one, or `None`."""
        return self._raise(subject, expected, None)

    def _raise(self, subject: str, expected: int | None, password: str | None) -> int | None:
        user = self._users.get(subject)
        if user is None or expected not in {None, user.auth_version}:
            return None
        version = user.auth_version + 1
        password = user.password if password is None else password
        self._users[subject] = replace(user, password=password, auth_version=version)
        return version

    async def mark_verified(self, subject: str, name: str) -> bool:
        """Note that a user has received mail at `name`. Return whether that was new."""
        user = self._users.get(subject)
        if user is None or user.name != name or user.is_verified:
            return False
        self._users[subject] = replace(user, is_verified=True)
        return True

    async def rename(self, subject: str, name: str, expected: int) -> int | None:
        """Store another name, at which mail has arrived, and raise `auth_version` from `expected`.

        Return the new version; `None` if it is another one, or the name is taken.
        """
        if await self.find_by_name(name) is not None:
            return None
        version = self._raise(subject, expected, None)
        if version is not None:
            user = self._users[subject]
            self._users[subject] = replace(user, name=folded(name), is_verified=True)
        return version
