"""`MemoryApiTokens`: API tokens in the memory of this process."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from ..api_tokens._api_token import ApiToken


class MemoryApiTokens:
    """Stores API tokens in the memory of this process: for tests, and for trying things out."""

    def __init__(self) -> None:
        self._tokens: dict[str, ApiToken] = {}

    async def add(self, token: ApiToken) -> None:
        """Insert a token."""
        self._tokens[token.id] = token

    async def find(self, digest: bytes) -> ApiToken | None:
        """Return a token by its digest."""
        return next((each for each in self._tokens.values() if each.digest == digest), None)

    async def of_user(self, user: str) -> Sequence[ApiToken]:
        """Return the tokens of a user, the newest first."""
        found = [each for each in self._tokens.values() if each.user == user]
        return sorted(found, key=lambda each: (each.created_at, each.id), reverse=True)

    async def remove(self, user: str, key: str) -> bool:
        """Delete a token of a user. Return whether there was one."""
        token = self._tokens.get(key)
        if token is None or token.user != user:
            return False
        del self._tokens[key]
        return True

    async def touch(self, key: str, now: datetime, before: datetime) -> None:
        """Set the last use of a token that was not used since `before`."""
        token = self._tokens.get(key)
        if token is not None and (token.last_used_at is None or token.last_used_at < before):
            self._tokens[key] = replace(token, last_used_at=now)
