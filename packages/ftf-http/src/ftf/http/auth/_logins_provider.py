"""`LoginsProvider`: the services by which users log in."""

from typing import override

from ftf.container import Container, Scope, ServiceProvider
from ftf.container.events import Events

from ..request._exchange import current
from ._clock import Clock
from .logins._accounts import Accounts
from .logins._login_session import LoginSessions
from .logins._logins import Logins
from .logins._notices import Notices
from .logins._options import LoginOptions
from .logins._origin import Origin
from .logins._session_token import SessionTokens
from .logins._token_pair import AccessTokenIssuer
from .passwords._passwords import Passwords


class LoginsProvider(ServiceProvider):
    """Registers `Logins` and what it needs, but for the stores: `OrmStores` or `MemoryStores`.

    Args:
        options: How long logins live.
        passwords: What hashes passwords; by default Argon2id with the parameters OWASP asks for.

    Raises:
        ImportError: argon2-cffi is not installed.
    """

    def __init__(
        self, options: LoginOptions | None = None, *, passwords: Passwords | None = None
    ) -> None:
        self._options = options or LoginOptions()
        self._passwords = passwords or Passwords()

    @override
    def register(self, container: Container) -> None:
        """Register the services."""

        async def logins[U](  # noqa: PLR0913, PLR0917  # what the service needs
            accounts: Accounts[U],
            rows: LoginSessions,
            passwords: Passwords,
            tokens: SessionTokens,
            access: AccessTokenIssuer,
            clock: Clock,
            scope: Scope,
        ) -> Logins[U]:
            events = await scope.aresolve(Events) if Events in container else None
            exchange = current.get()
            return Logins(
                accounts,
                rows,
                passwords,
                tokens,
                access,
                clock=clock,
                options=self._options,
                origin=Origin(None if exchange is None else exchange.connection),
                notify=Notices(events),
            )

        container.register(Logins, logins, scope="scoped")
        container.instance(LoginOptions, self._options)
        container.instance(Passwords, self._passwords)
        container.register(SessionTokens, scope="singleton")
        if Clock not in container:
            container.register(Clock, scope="singleton")
