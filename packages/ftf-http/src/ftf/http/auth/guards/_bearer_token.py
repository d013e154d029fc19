"""The credential in the header `Authorization` (RFC 6750, section 2.1)."""

from typing import Final

from starlette.requests import HTTPConnection

from ..exceptions import AmbiguousCredentials, Unauthenticated

_AUTHORIZATION: Final = b"authorization"
_BEARER: Final = b"bearer"
_LENGTH: Final = len(_BEARER)
# What may stand in the name of another scheme that begins with `Bearer`.
_NAME: Final = frozenset(
    b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-.^_`|~"
)


def bearer_token(connection: HTTPConnection) -> str | None:
    """Return the bearer token of a request; `None` if it has none.

    Raises:
        Unauthenticated: The header has the scheme, and not exactly one space and a token.
        AmbiguousCredentials: The request has the header twice.
    """
    found = [value for name, value in connection.scope["headers"] if name == _AUTHORIZATION]
    if len(found) > 1:
        raise AmbiguousCredentials
    if not found or found[0][:_LENGTH].lower() != _BEARER:
        return None
    rest: bytes = found[0][_LENGTH:]
    if rest and rest[0] in _NAME:
        return None
    token = rest[1:].decode("latin-1")
    if rest[:1] != b" " or not token or token[0].isspace():
        raise Unauthenticated("The header Authorization is not `Bearer`, one space and a token.")
    return token
