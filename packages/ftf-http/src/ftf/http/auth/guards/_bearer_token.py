"""The credential in the header `Authorization` (RFC 6750, section 2.1)."""

from typing import Final

from starlette.requests import HTTPConnection

from ..exceptions import AmbiguousCredentials, Unauthenticated

_AUTHORIZATION: Final = b"authorization"
_BEARER: Final = b"bearer"
_LENGTH: Final = len(_BEARER)
_MALFORMED: Final = "The header Authorization is not `Bearer`, one space and a token."
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
    found: bytes | None = None
    for name, value in connection.scope["headers"]:
        if name == _AUTHORIZATION:
            if found is not None:
                raise AmbiguousCredentials
            found = value
    if found is None:
        return None
    scheme, _, rest = found.partition(b" ")
    if scheme.lower() != _BEARER:
        if scheme[:_LENGTH].lower() != _BEARER or scheme[_LENGTH] in _NAME:
            return None
        raise Unauthenticated(_MALFORMED)
    token = rest.decode("latin-1")
    if not token or token[0].isspace():
        raise Unauthenticated(_MALFORMED)
    return token
