"""`OrmStores`: a provider of users and logins in tables of the application."""

from collections.abc import Callable
from typing import override

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstrumentedAttribute

from ftf.container import Container, ServiceProvider

from ...limits._key import folded
from .._current_user import UserClass
from .._users import Users
from ..api_tokens._api_token import ApiTokenStore
from ..api_tokens._api_tokens import ApiTokens
from ..logins._accounts import Accounts
from ..logins._login_session import LoginSessions
from ._accounts import OrmAccounts
from ._api_tokens import OrmApiTokens
from ._columns import ApiTokenColumns, Authenticatable, LoginSessionColumns
from ._logins import OrmLogins


class OrmStores[U: Authenticatable](ServiceProvider):
    """Stores users and logins in tables of the application, by the sessions of `DatabaseProvider`.

    Args:
        users: The model of users, with `Authenticatable`.
        name: The column that users log in by, such as `User.email`.
        logins: The model of logins, with `LoginSessionColumns`.
        api_tokens: The model of API tokens, with `ApiTokenColumns`, if there are any.
        normalise: Returns the one spelling of a name.
    """

    def __init__(
        self,
        users: type[U],
        name: InstrumentedAttribute[str],
        logins: type[LoginSessionColumns],
        *,
        api_tokens: type[ApiTokenColumns] | None = None,
        normalise: Callable[[str], str] = folded,
    ) -> None:
        self._users = users
        self._name = name
        self._logins = logins
        self._api_tokens = api_tokens
        self._normalise = normalise

    @override
    def register(self, container: Container) -> None:
        """Register the stores; each request has its own, which knows the session of the request."""

        def accounts(
            sessions: async_sessionmaker[AsyncSession], session: AsyncSession
        ) -> OrmAccounts[U]:
            return OrmAccounts(self._users, self._name, sessions, session, self._normalise)

        def logins(sessions: async_sessionmaker[AsyncSession], session: AsyncSession) -> OrmLogins:
            return OrmLogins(self._logins, sessions, session)

        # mypy takes a protocol without an argument for no key.
        container.register(Accounts, accounts, scope="scoped")  # type: ignore[type-abstract]
        container.register(Users, accounts, scope="scoped")  # type: ignore[type-abstract]
        container.instance(UserClass, UserClass(self._users))
        container.register(LoginSessions, logins, scope="scoped")
        if (model := self._api_tokens) is not None:

            def api_tokens(
                sessions: async_sessionmaker[AsyncSession], session: AsyncSession
            ) -> OrmApiTokens:
                return OrmApiTokens(model, sessions, session)

            container.register(ApiTokenStore, api_tokens, scope="scoped")
            container.register(ApiTokens, scope="scoped")
