"""`MemoryStores`: a provider of users and logins in memory."""

import os
from typing import override

from ftf.container import Container, ServiceProvider

from .._users import Users
from ..api_tokens._api_token import ApiTokenStore
from ..api_tokens._api_tokens import ApiTokens
from ..exceptions import InvalidAuthError
from ..logins._accounts import Accounts
from ..logins._login_session import LoginSessions
from ._memory_accounts import MemoryAccounts
from ._memory_api_tokens import MemoryApiTokens
from ._memory_logins import MemoryLogins


class MemoryStores(ServiceProvider):
    """Stores users and logins in the memory of this process: for tests, and for trying things out.

    Args:
        accounts: The users; by default none.
        logins: The logins; by default none.
    """

    def __init__(
        self, accounts: MemoryAccounts | None = None, logins: MemoryLogins | None = None
    ) -> None:
        self.accounts: MemoryAccounts = MemoryAccounts() if accounts is None else accounts
        self.logins: MemoryLogins = MemoryLogins() if logins is None else logins
        self.api_tokens: MemoryApiTokens = MemoryApiTokens()

    @override
    def register(self, container: Container) -> None:
        """Register the stores.

        Raises:
            InvalidAuthError: uvicorn or gunicorn were asked for several workers.
        """
        workers = os.environ.get("WEB_CONCURRENCY", "")
        if workers.isdecimal() and int(workers) > 1:
            remedy = "Use OrmStores: a login in the memory of one worker is unknown to the others."
            raise InvalidAuthError("MemoryStores", f"cannot serve {workers} workers", remedy)
        # Not as instances: a key with an argument, such as Accounts[User], finds factories only.
        # mypy takes a protocol without one for no key.
        container.register(Accounts, lambda: self.accounts, scope="singleton")  # type: ignore[type-abstract]
        container.register(Users, lambda: self.accounts, scope="singleton")  # type: ignore[type-abstract]
        container.instance(LoginSessions, self.logins)
        container.instance(ApiTokenStore, self.api_tokens)
        container.register(ApiTokens, scope="scoped")
