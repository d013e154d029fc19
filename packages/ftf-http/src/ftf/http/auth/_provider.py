"""`AuthProvider`: the secrets, keys and users of an application."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, override

from ftf.container import Container, Factory, ServiceProvider

from ._clock import Clock
from ._current_user import UserClass
from ._users import Users
from .access._guards import Guards
from .connections._open_logins import OpenLogins
from .connections._options import ConnectionOptions
from .exceptions import InvalidAuthError
from .guards._bearer_guard import BearerGuard
from .guards._session_cookie import SessionCookie
from .keys._derived_keys import DerivedKeys
from .keys._key_ring import KeyRing
from .keys._secret import Secret
from .keys._signing_key import SigningKey
from .tokens._access_tokens import AccessTokenOptions, AccessTokens, Check

type Value = str | bytes

_MAKE = 'Make one: `python -c "import secrets; print(secrets.token_urlsafe(48))"`.'


class AuthProvider(ServiceProvider):
    """Registers the secrets, keys and users of an application, and the guards that need them.

    Args:
        secrets: The secret that signs, and behind it those that have signed and are still accepted;
            each at least 32 random bytes.
        issuer: The application, as the URL that others know it by.
        audience: The service that its access tokens are for.
        users: The users, or a class or function that makes them for each request, whose arguments
            the container delivers.
        user_class: The class of the users, which the start compares with `CurrentUser[...]`.
        next_secrets: Secrets that will sign when every process has them.
        keys: The keys of access tokens, where other services verify them; by default they are
            derived from the secrets.
        lifetime: How long an access token is valid.
        leeway: How far the clocks of processes may differ.
        check: Whether a request with an access token loads its user: `"user"`, its user and its
            login: `"session"`, or neither: `"token"`.
        cookie: How the cookie of a login is set and read.
        check_connections: How often the credential of an open websocket or event stream is checked,
            so that it ends after a logout in another process.

    Raises:
        InvalidAuthError: A value is missing or not possible. The error never has a secret.
    """

    def __init__(
        self,
        *,
        secrets: Value | Sequence[Value] | None = None,
        issuer: str = "",
        audience: str = "",
        users: "Users[Any] | Factory[Users[Any]] | None" = None,
        user_class: type | None = None,
        next_secrets: Sequence[Value] = (),
        keys: KeyRing[SigningKey] | None = None,
        lifetime: timedelta = timedelta(minutes=10),
        leeway: timedelta = timedelta(seconds=5),
        check: Check = "user",
        cookie: SessionCookie | None = None,
        check_connections: timedelta = timedelta(seconds=60),
    ) -> None:
        self._secrets = _ring(secrets, next_secrets)
        self._keys = keys or DerivedKeys(self._secrets)
        self._options = AccessTokenOptions(
            issuer=issuer, audience=audience, lifetime=lifetime, leeway=leeway, check=check
        )
        self._users = users
        self._user_class = user_class
        self._cookie = cookie or SessionCookie()
        self._connections = ConnectionOptions(check_connections)

    @override
    def register(self, container: Container) -> None:
        """Register the services."""

        def tokens(keys: KeyRing[SigningKey], clock: Clock) -> AccessTokens:
            return AccessTokens(keys, self._options, clock)

        if Clock not in container:
            container.register(Clock, scope="singleton")
        container.instance(KeyRing[Secret], self._secrets)
        container.instance(KeyRing[SigningKey], self._keys)
        container.instance(SessionCookie, self._cookie)
        container.instance(ConnectionOptions, self._connections)
        container.register(AccessTokens, tokens, scope="singleton")
        if self._user_class is not None:
            container.instance(UserClass, UserClass(self._user_class))
        self._register_users(container)

    def _register_users(self, container: Container) -> None:
        users: Any = self._users
        if users is None:
            return
        if isinstance(users, type) or not hasattr(users, "find"):
            container.register(Users, users, scope="scoped")  # type: ignore[type-abstract]  # a port
        else:
            container.instance(Users, users)

    async def boot(self, container: Container) -> None:
        """Make the keys of access tokens, if a guard reads them: a fault stops the start.

        Raises:
            InvalidAuthError: A key cannot be made, or logins are checked and there are none.
        """
        if self._options.check == "session" and OpenLogins not in container:
            remedy = "Add `LoginsProvider()` and stores, or choose another check."
            raise InvalidAuthError("check", 'is "session", and nothing knows the logins', remedy)
        guards = container.resolve(Guards) if Guards in container else Guards()
        if any(issubclass(guard, BearerGuard) for _, guard in guards.named()):
            container.resolve(AccessTokens).read_keys()


def _ring(secrets: Value | Sequence[Value] | None, following: Sequence[Value]) -> KeyRing[Secret]:
    values = [secrets] if isinstance(secrets, str | bytes) else [*(secrets or ())]
    if not values:
        raise InvalidAuthError("secrets", "is empty", _MAKE)
    active, *retired = (
        Secret(value, setting=f"secrets[{number}]") for number, value in enumerate(values)
    )
    later = [
        Secret(value, setting=f"next_secrets[{number}]") for number, value in enumerate(following)
    ]
    return KeyRing(active, following=later, retired=retired)
