"""`SessionCookie`: the cookie that a login is known by."""

from datetime import datetime
from typing import Final, override

from starlette.requests import HTTPConnection
from starlette.responses import Response

from ..exceptions import Unauthenticated

_LONGEST: Final = 1_024


class SessionCookie:
    """The cookie that a login is known by: how it is set, read and cleared.

    Its name has the prefix `__Host-`: browsers send it over https only, to this host only, and no
    subdomain can set it.

    Args:
        plain_http: Whether the application is developed over http on another host than localhost:
            the cookie has neither the prefix nor `Secure` then. It is refused beside
            `SecurityOptions(https="require")`.
    """

    def __init__(self, *, plain_http: bool = False) -> None:
        self.plain_http: bool = plain_http
        self.name: str = "session" if plain_http else "__Host-session"
        self._start = f"{self.name}=".encode()

    def read(self, connection: HTTPConnection) -> str | None:
        """Return the value in a request; `None` if there is none, or it is empty.

        Raises:
            Unauthenticated: There are several, or it is longer than any that was set.
        """
        found: list[bytes] = []
        for name, header in connection.scope["headers"]:
            if name == b"cookie":
                parts = (part.strip() for part in header.split(b";"))
                found += (part for part in parts if part.startswith(self._start))
        if not found:
            return None
        value = found[0][len(self._start) :]
        if len(found) > 1 or len(value) > _LONGEST:
            raise Unauthenticated("The cookie of the session is not valid.")
        return value.decode("latin-1") or None

    def set(self, response: Response, value: str, expires: datetime) -> None:
        """Set it in a response."""
        response.set_cookie(
            self.name,
            value,
            expires=expires,
            path="/",
            secure=not self.plain_http,
            httponly=True,
            samesite="lax",
        )

    def clear(self, response: Response) -> None:
        """Make the client delete it."""
        response.delete_cookie(
            self.name, path="/", secure=not self.plain_http, httponly=True, samesite="lax"
        )

    @override
    def __repr__(self) -> str:
        return f"SessionCookie(name={self.name!r})"
