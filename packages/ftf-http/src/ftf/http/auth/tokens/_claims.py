"""The claims of an access token, each by its exact type (RFC 9068)."""

import json
from datetime import UTC, datetime
from typing import NamedTuple, cast

from .._identity import Identity

type Json = dict[str, object]

_LAST = 253_402_300_799  # the end of the year 9999: what datetime can hold


class InvalidClaimsError(ValueError):
    """A payload is not that of an access token."""


class Claims(NamedTuple):
    """The claims of a token whose signature is genuine.

    Attributes:
        issuer: Who has issued it.
        audiences: Whom it is for.
        issued_at: When it was issued, in seconds since the epoch.
        begins: When it begins to be valid.
        ends: When it ends.
        identity: What it says about who sends it.
    """

    issuer: str
    audiences: frozenset[str]
    issued_at: int
    begins: int
    ends: int
    identity: Identity


def read_claims(payload: bytes, guard: str) -> Claims:
    """Return the claims of a payload.

    Args:
        payload: The payload.
        guard: The name of the guard that asks.

    Raises:
        InvalidClaimsError: It is not a JSON object, or a claim is missing or of another type.
    """
    try:
        found = _decode(payload.decode())
    except (ValueError, RecursionError):
        raise InvalidClaimsError from None
    if not isinstance(found, dict):
        raise InvalidClaimsError
    ends, issued = _time(found, "exp"), _time(found, "iat")
    authenticated = _time(found, "auth_time", 0)
    scope = _text(found, "scope", "")
    identity = Identity(
        subject=_text(found, "sub"),
        guard=guard,
        scopes=frozenset(scope.split(" ")) if scope else frozenset(),
        authenticated_at=_moment(authenticated) if authenticated else None,
        methods=tuple(_texts(found, "amr")),
        session_id=_text(found, "sid", "") or None,
        token_id=_text(found, "jti"),
        version=_version(found),
        client=_text(found, "client_id", "") or None,
        expires_at=_moment(ends),
    )
    audiences = found.get("aud")
    several = frozenset(
        _texts(found, "aud") if isinstance(audiences, list) else [_text(found, "aud")]
    )
    return Claims(_text(found, "iss"), several, issued, _time(found, "nbf", 0), ends, identity)


def _refuse(_: str) -> object:
    raise InvalidClaimsError  # NaN and Infinity, which no comparison refuses


# `json.loads` would make a decoder for each payload.
_decode = json.JSONDecoder(parse_constant=_refuse).decode


def _text(found: Json, name: str, default: str | None = None) -> str:
    value = found.get(name, default)
    if not isinstance(value, str) or (not value and default is None):
        raise InvalidClaimsError
    return value


def _texts(found: Json, name: str) -> list[str]:
    value = found.get(name, [])
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise InvalidClaimsError
    return cast("list[str]", value)


def _time(found: Json, name: str, default: int | None = None) -> int:
    value = found.get(name, default)
    # A bool is an int to isinstance().
    if type(value) is not int or not 0 <= value <= _LAST:
        raise InvalidClaimsError
    return value


def _version(found: Json) -> int | None:
    value = found.get("ver")
    if value is not None and type(value) is not int:
        raise InvalidClaimsError
    return value


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
