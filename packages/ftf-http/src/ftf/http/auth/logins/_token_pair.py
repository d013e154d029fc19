"""`TokenPair`: what a client gets at login and at refresh."""

from dataclasses import asdict, dataclass, field


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
