"""`ApiTokens`: a user makes, lists and revokes API tokens."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from .._clock import Clock
from .._identity import Identity
from ._api_token import ApiToken, ApiTokenStore
from ._new_token import new_token
from .exceptions import ScopeNotAllowed, UnknownApiToken, UnusableApiToken

_LIFETIME: Final = timedelta(days=90)
_LONGEST_NAME: Final = 100
# A scope-token of RFC 6749, section 3.3.
_SCOPE: Final = re.compile(r"[!#-\[\]-~]{1,100}", re.ASCII)
_MOST_SCOPES: Final = 100
_END: Final = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class NewApiToken:
    """A token that was just made. Its text cannot be read again, and is not part of the `repr`.

    Attributes:
        text: The token.
        token: What is stored of it.
    """

    text: str = field(repr=False)
    token: ApiToken


class ApiTokens:
    """A service with which users make tokens for programs.

    Args:
        store: Stores them.
        clock: The time.
    """

    def __init__(self, store: ApiTokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def create(
        self,
        owner: Identity,
        name: str,
        scopes: Sequence[str],
        *,
        lifetime: timedelta | None = _LIFETIME,
    ) -> NewApiToken:
        """Make a token. Its text is shown once: only its digest is stored.

        Args:
            owner: What the credential of the request says; the token is its user's.
            name: What the user calls it; at most 100 characters.
            scopes: What it allows, each of them allowed by the credential of the request.
            lifetime: How long it is valid; `None` for ever.

        Raises:
            ScopeNotAllowed: The credential of the request does not allow as much.
            UnusableApiToken: The name, a scope or the lifetime is not possible: the response is
                422.
        """
        beyond = [scope for scope in scopes if not owner.allows(scope)]
        if beyond or owner.user_key is None:
            raise ScopeNotAllowed(beyond)
        now = self._clock.now()
        if refused := _refused(name, scopes, lifetime, now):
            raise UnusableApiToken(*refused)
        text, token = new_token(owner.user_key, name, scopes, now, lifetime)
        await self._store.add(token)
        return NewApiToken(text, token)

    async def list(self, owner: Identity) -> Sequence[ApiToken]:
        """Return the tokens of the user of a request, the newest first."""
        return await self._store.of_user(owner.user_key or "")

    async def revoke(self, owner: Identity, token_id: str) -> None:
        """End a token of the user of a request, at once.

        Raises:
            UnknownApiToken: The user has no such token: the response is 404.
        """
        if not await self._store.remove(owner.user_key or "", token_id):
            raise UnknownApiToken(token_id)


def _refused(
    name: str, scopes: Sequence[str], lifetime: timedelta | None, now: datetime
) -> tuple[str, str] | None:
    """Return why a token cannot be made, and of which field that is; `None` if it can."""
    if not 0 < len(name) <= _LONGEST_NAME or not name.isprintable():
        return "A name has 1 to 100 characters, all of them printable.", "name"
    if len(scopes) > _MOST_SCOPES or not all(map(_SCOPE.fullmatch, scopes)):
        return "A scope has 1 to 100 characters, without spaces; there are at most 100.", "scopes"
    if lifetime is not None and not timedelta(0) < lifetime < _END - now:
        return "The lifetime is above 0, and ends before the year 9999.", "lifetime"
    return None
