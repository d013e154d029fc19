"""The claims of an access token, each by its exact type (RFC 9068)."""

from datetime import UTC, datetime
from typing import Annotated, Final, NamedTuple, NotRequired, TypedDict

from pydantic import Field, TypeAdapter

from .._identity import Identity

_LAST: Final = 253_402_300_799  # the end of the year 9999: what datetime can hold

type Text = Annotated[str, Field(min_length=1)]
type Seconds = Annotated[int, Field(ge=0, le=_LAST)]


class Payload(TypedDict):
    """The JSON of an access token, as far as it is read. No claim of it may be null but `ver`."""

    iss: Text
    aud: Text | list[str]
    sub: Text
    jti: Text
    iat: Seconds
    exp: Seconds
    nbf: NotRequired[Seconds]
    auth_time: NotRequired[Seconds]
    scope: NotRequired[str]
    amr: NotRequired[list[str]]
    sid: NotRequired[str]
    client_id: NotRequired[str]
    ver: NotRequired[int | None]


# The validator itself: what the adapter does around it takes as long again.
_validator: Final = TypeAdapter(Payload).validator


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
        ValueError: It is not a JSON object, or a claim is missing or of another type.
    """
    # Strict: neither "1", 1.0 nor true is an integer.
    found: Payload = _validator.validate_json(payload, strict=True)
    audience, scope, authenticated = found["aud"], found.get("scope"), found.get("auth_time")
    identity = Identity(
        subject=found["sub"],
        guard=guard,
        scopes=frozenset(scope.split(" ")) if scope else frozenset(),
        authenticated_at=_moment(authenticated) if authenticated else None,
        methods=tuple(found.get("amr", ())),
        session_id=found.get("sid") or None,
        token_id=found["jti"],
        version=found.get("ver"),
        client=found.get("client_id") or None,
        expires_at=_moment(found["exp"]),
    )
    audiences = frozenset([audience] if isinstance(audience, str) else audience)
    return Claims(
        found["iss"], audiences, found["iat"], found.get("nbf", 0), found["exp"], identity
    )


def _moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
