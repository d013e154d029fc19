"""The check of start-up that names the providers which an application has forgotten."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, get_origin

from ftf.container import Container, DependencyResolutionError

from ._users import Users
from .api_tokens._api_token import ApiTokenStore
from .api_tokens._api_tokens import ApiTokens
from .exceptions import InvalidAuthError
from .guards._cookie_guard import CookieSessions
from .guards._session_cookie import SessionCookie
from .keys._key_ring import KeyRing
from .links._link_token import LinkTokens
from .links._links import Links
from .links._options import LinkOptions
from .logins._accounts import Accounts
from .logins._login_session import LoginSessions
from .logins._logins import Logins
from .logins._session_token import SessionTokens
from .routes._mail import AuthMail, EmailMail
from .tokens._access_tokens import AccessTokens

_AUTH: Final = "`AuthProvider(secrets=..., issuer=..., audience=...)`"
_STORES: Final = "`OrmStores(User, User.email, Login)`, or `MemoryStores()` in a test"
_API_TOKENS: Final = "`OrmStores(User, User.email, Login, api_tokens=Token)`"
_LOGINS: Final = "`LoginsProvider()`"
_LINKS: Final = "`LoginsProvider(links=LinkOptions(base_url=...))`"
_MAIL: Final = "`app.register(AuthMail[User], ...)` with a class of yours that sends mails"

_EMAIL: Final = "`app.register(EmailMail[User], ...)` with a class of yours that sends mails"

_PROVIDERS: Final[Mapping[object, str]] = MappingProxyType(
    {
        AccessTokens: _AUTH,
        KeyRing: _AUTH,
        SessionCookie: _AUTH,
        Accounts: _STORES,
        Users: _STORES,
        LoginSessions: _STORES,
        ApiTokenStore: _API_TOKENS,
        ApiTokens: _API_TOKENS,
        Logins: _LOGINS,
        CookieSessions: _LOGINS,
        SessionTokens: _LOGINS,
        Links: _LINKS,
        LinkOptions: _LINKS,
        LinkTokens: _LINKS,
        AuthMail: _MAIL,
        EmailMail: _EMAIL,
    }
)


def missing_provider(container: Container, error: DependencyResolutionError) -> str | None:
    """Return what an application has to add for a service; `None` if that is not known.

    Args:
        container: Its container.
        error: Why the service cannot be delivered.
    """
    for step in error.path:
        origin = get_origin(step.key) or step.key
        if origin in _PROVIDERS and step.key not in container:
            return _PROVIDERS[origin]
    return None


def lacking(providers: Iterable[str]) -> InvalidAuthError:
    """Return the error of an application that lacks providers."""
    found = {*providers}
    if _LINKS in found:
        found.discard(_LOGINS)
    lines = sorted(found)
    remedy = "\n".join(f"Add {line}." for line in lines)
    return InvalidAuthError("providers", f"lacks {len(lines)} of what its services need", remedy)
