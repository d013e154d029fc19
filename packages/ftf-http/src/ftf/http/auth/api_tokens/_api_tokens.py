"""`ApiTokens`: a user makes, lists and revokes API tokens."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from .._clock import Clock
from .._identity import Identity
from ..exceptions import InvalidAuthError
from ._api_token import ApiToken, ApiTokenStore
from ._new_token import new_token
from .exceptions import ScopeNotAllowed, UnknownApiToken

_LIFETIME: Final = timedelta(days=90)


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
            name: What the user calls it.
            scopes: What it allows, each of them allowed by the credential of the request.
            lifetime: How long it is valid; `None` for ever.

        Raises:
            ScopeNotAllowed: The credential of the request does not allow as much.
            InvalidAuthError: A scope is empty or has a space, or the lifetime is not above 0.
        """
        beyond = [scope for scope in scopes if not owner.allows(scope)]
        if beyond or owner.user_key is None:
            raise ScopeNotAllowed(beyond)
        if any(not scope or scope.split() != [scope] for scope in scopes):
            raise InvalidAuthError("scopes", "has an empty scope or one with a space", "Split it.")
        if lifetime is not None and lifetime <= timedelta(0):
            raise InvalidAuthError("lifetime", "is not above 0", "Pass None for no end.")
        now = self._clock.now()
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
