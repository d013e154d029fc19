"""The credentials that are derived from the row of a login: refresh tokens and cookies."""

import hmac
import re
from base64 import urlsafe_b64encode
from datetime import datetime
from typing import Final, NamedTuple

from ..keys._key_ring import KeyRing
from ..keys._secret import Secret
from ._login_session import LoginSession

_LONGEST: Final = 160
_PART: Final = r"([A-Za-z0-9_-]{%s})"
_HEAD, _ID, _MAC = _PART % "8", _PART % "22", _PART % "43"
_REFRESH: Final = re.compile(rf"ftr_{_HEAD}\.{_ID}\.(0|[1-9][0-9]{{0,17}})\.{_MAC}", re.ASCII)
_COOKIE: Final = re.compile(rf"ftc_{_HEAD}\.{_ID}\.{_MAC}", re.ASCII)
# The work for a login that does not exist is the same.
_NO_SALT: Final = bytes(16)


class SessionToken(NamedTuple):
    """What a refresh token or a cookie says; nothing of it is true before `is_genuine`.

    Attributes:
        purpose: Which of the two it is.
        secret: The secret that it names.
        id: The id of the login.
        generation: Which refresh token of the login it is; 0 for a cookie.
        mac: What proves it.
    """

    purpose: str
    secret: Secret
    id: str
    generation: int
    mac: str

    def is_genuine(self, login: LoginSession | None) -> bool:
        """Return whether this application has made the token for a login."""
        salt = _NO_SALT if login is None else login.salt
        expected = _mac(self.secret, self.purpose, self.id, salt, self.generation)
        return hmac.compare_digest(expected.encode(), self.mac.encode()) and login is not None


class SessionTokens:
    """Derives refresh tokens and cookies from the rows of logins, and reads them.

    Args:
        secrets: The secrets; the keys of these tokens are derived from each.
    """

    def __init__(self, secrets: KeyRing[Secret]) -> None:
        self._secrets = secrets

    def refresh_token(self, login: LoginSession) -> str:
        """Return the refresh token of a row's generation, always the same for one secret."""
        secret = self._secrets.active
        mac = _mac(secret, "refresh", login.id, login.salt, login.generation)
        return f"ftr_{secret.kid}.{login.id}.{login.generation}.{mac}"

    def cookie(self, login: LoginSession) -> str:
        """Return the value of a login's cookie."""
        secret = self._secrets.active
        return f"ftc_{secret.kid}.{login.id}.{_mac(secret, 'cookie', login.id, login.salt, 0)}"

    def read_refresh(self, text: str, now: datetime) -> SessionToken | None:
        """Return what a refresh token says; `None` if no secret can have made the text."""
        found = _REFRESH.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            return None
        kid, key, generation, mac = found.groups()
        return self._token("refresh", kid, now, (key, int(generation), mac))

    def read_cookie(self, text: str, now: datetime) -> SessionToken | None:
        """Return what a cookie says; `None` if no secret can have made the text."""
        found = _COOKIE.fullmatch(text) if len(text) <= _LONGEST else None
        if found is None:
            return None
        kid, key, mac = found.groups()
        return self._token("cookie", kid, now, (key, 0, mac))

    def _token(
        self, purpose: str, kid: str, now: datetime, rest: tuple[str, int, str]
    ) -> SessionToken | None:
        secret = self._secrets.find(kid, now)
        return None if secret is None else SessionToken(purpose, secret, *rest)


def _mac(secret: Secret, purpose: str, key: str, salt: bytes, generation: int) -> str:
    parts = key.encode(), salt, str(generation).encode()
    message = b"".join(len(part).to_bytes(2) + part for part in parts)
    digest = hmac.digest(secret.key(purpose), message, "sha256")
    return urlsafe_b64encode(digest).decode().rstrip("=")
