"""`TokenPair`: what a client gets at login and at refresh."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Self

from ._access_tokens import IssuedToken


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenPair:
    """The answer of a token endpoint (RFC 6749, section 5.1). Its texts are not part of its `repr`.

    Attributes:
        access_token: What the client sends with each request.
        refresh_token: What it sends to get the next pair.
        token_type: How it sends the access token.
        expires_in: Seconds until the access token ends.
        scope: What the access token allows, separated by spaces.
    """

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    token_type: str = "Bearer"  # noqa: S105  # a scheme
    expires_in: int
    scope: str

    def as_json(self) -> dict[str, str | int]:
        """Return the members of the JSON object."""
        return asdict(self)

    @classmethod
    def of(cls, access: IssuedToken, refresh: str, scopes: Sequence[str], now: datetime) -> Self:
        """Return the pair of two tokens.

        Args:
            access: The access token.
            refresh: The refresh token.
            scopes: What the access token allows.
            now: The time.
        """
        return cls(
            access_token=access.text,
            refresh_token=refresh,
            expires_in=int((access.expires_at - now).total_seconds()),
            scope=" ".join(scopes),
        )
