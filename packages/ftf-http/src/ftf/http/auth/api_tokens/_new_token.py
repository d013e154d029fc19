"""A new API token."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import Final

from ._api_token import ApiToken
from ._text import digest, new_text

_ID_BYTES: Final = 16


def new_token(
    user: str, name: str, scopes: Sequence[str], now: datetime, lifetime: timedelta | None
) -> tuple[str, ApiToken]:
    """Return the text of a new token, and what is stored of it."""
    text = new_text()
    token = ApiToken(
        id=token_urlsafe(_ID_BYTES),
        user=user,
        name=name,
        digest=digest(text),
        scopes=tuple(scopes),
        created_at=now,
        expires_at=None if lifetime is None else now + lifetime,
    )
    return text, token
