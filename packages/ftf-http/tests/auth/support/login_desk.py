"""The services of logins in one scope, for tests of them."""

from dataclasses import dataclass

from auth_shop import FrozenClock, Shop

from ftf.http.auth import (
    Logins,
    LoginSession,
    MemoryAccounts,
    MemoryLogins,
    MemoryUser,
)

WORD = "correct horse battery"


@dataclass
class Desk:
    """The services of one scope, outside of any request, and a user."""

    shop: Shop
    clock: FrozenClock
    logins: Logins[MemoryUser]
    accounts: MemoryAccounts
    rows: MemoryLogins
    ada: MemoryUser

    async def only_row(self) -> LoginSession:
        """The row of a new login, which is the user's only one."""
        await self.logins.issue(self.ada)
        (row,) = await self.rows.of_user("1", self.clock.now())
        return row
