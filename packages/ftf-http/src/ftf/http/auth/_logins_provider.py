"""`LoginsProvider`: the services by which users log in."""

from typing import override

from ftf.container import Container, Scope, ServiceProvider
from ftf.container.events import Events

from ..request._exchange import current
from ._clock import Clock
from .connections._live_connections import LiveConnections
from .connections._open_logins import OpenLogins
from .guards._cookie_guard import CookieSessions
from .links._link_token import LinkTokens
from .links._links import Links
from .links._options import LinkOptions
from .logins._accounts import Accounts
from .logins._login_cookies import LoginCookies
from .logins._login_session import LoginSessions
from .logins._logins import Logins
from .logins._notices import Notices
from .logins._options import LoginOptions
from .logins._origin import Origin
from .logins._session_token import SessionTokens
from .logins._stored_logins import StoredLogins
from .passwords._passwords import Passwords
from .tokens._access_tokens import AccessTokens


class LoginsProvider(ServiceProvider):
    """Registers `Logins` and `Links`, beside an `AuthProvider` and stores.

    The stores are `OrmStores` or `MemoryStores`.

    Args:
        options: How long logins live.
        passwords: What hashes passwords; by default Argon2id with the parameters OWASP asks for.
        links: Where links in mails lead, if the application sends any.

    Raises:
        ImportError: argon2-cffi is not installed.
    """

    def __init__(
        self,
        options: LoginOptions | None = None,
        *,
        passwords: Passwords | None = None,
        links: LinkOptions | None = None,
    ) -> None:
        self._options = options or LoginOptions()
        self._passwords = passwords or Passwords()
        self._links = links

    @override
    def register(self, container: Container) -> None:
        """Register the services."""

        async def logins[U](  # noqa: PLR0917  # what the service needs
            accounts: Accounts[U],
            rows: LoginSessions,
            passwords: Passwords,
            tokens: SessionTokens,
            access: AccessTokens,
            clock: Clock,
            options: LoginOptions,
            notices: Notices,
        ) -> Logins[U]:
            exchange = current.get()
            return Logins(
                accounts,
                rows,
                passwords,
                tokens,
                access,
                clock=clock,
                options=options,
                origin=Origin(None if exchange is None else exchange.connection),
                notify=notices,
            )

        async def notices(scope: Scope) -> Notices:
            events = await scope.aresolve(Events) if Events in container else None
            live = await scope.aresolve(LiveConnections) if LiveConnections in container else None
            return Notices(events, live)

        container.register(Notices, notices, scope="scoped")
        container.register(Logins, logins, scope="scoped")
        container.register(OpenLogins, StoredLogins, scope="scoped")
        container.instance(LoginOptions, self._options)
        container.instance(Passwords, self._passwords)
        container.register(SessionTokens, scope="singleton")
        container.register(CookieSessions, LoginCookies, scope="scoped")
        if self._links is not None:
            container.instance(LinkOptions, self._links)
            container.register(LinkTokens, scope="singleton")
            container.register(Links, scope="scoped")
