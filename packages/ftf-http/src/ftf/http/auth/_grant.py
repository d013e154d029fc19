"""`Grant`: what a new credential says."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a new credential says.

    Attributes:
        subject: The user's key as text, or `client:` and the name of a program.
        scopes: What it allows.
        version: The user's `auth_version`.
        authenticated_at: When the user has proved who they are; `None` for a credential that is
            never fresh.
    """

    subject: str
    scopes: tuple[str, ...] = ("*",)
    version: int | None = None
    authenticated_at: datetime | None = None
