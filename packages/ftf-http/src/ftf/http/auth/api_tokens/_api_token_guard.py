"""`ApiTokenGuard`: API tokens in the header `Authorization`."""

from collections.abc import Mapping
from datetime import timedelta
from typing import ClassVar, Final, override

from starlette.requests import HTTPConnection

from .._clock import Clock
from .._grant import Grant
from .._guard import Guard, Json
from .._identity import Identity
from ..exceptions import Unauthenticated
from ..guards._bearer_token import bearer_token
from ._api_token import ApiTokenStore
from ._new_token import new_token
from ._text import PREFIX, digest_of

_USED_EVERY: Final = timedelta(seconds=60)
_INVALID: Final = "The token is not valid."


class ApiTokenGuard(Guard):
    """Accepts API tokens, as `Authorization: Bearer ftp_...`.

    One query finds the token; a text with a typing error needs none. An API token never satisfies
    `fresh`, because no user has proved who they are.

    Args:
        store: Stores the tokens.
        clock: The time.
    """

    challenge: ClassVar[str | None] = "Bearer"
    security_scheme: ClassVar[Json] = {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": f"{PREFIX}...",
    }

    prefixes: ClassVar[tuple[str, ...]] = (PREFIX,)

    def __init__(self, store: ApiTokenStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    @override
    async def authenticate(self, connection: HTTPConnection) -> Identity | None:
        """Return what the API token of a request says; `None` if it has none."""
        text = bearer_token(connection)
        if text is None or not text.startswith(PREFIX):
            return None
        now, digest = self._clock.now(), digest_of(text)
        token = None if digest is None else await self._store.find(digest)
        if token is None or token.has_ended(now):
            raise Unauthenticated(_INVALID)
        if token.last_used_at is None or now - token.last_used_at >= _USED_EVERY:
            await self._store.touch(token.id, now, now - _USED_EVERY)
        return Identity(
            subject=token.user,
            guard="",
            scopes=frozenset(token.scopes),
            token_id=token.id,
            expires_at=token.expires_at,
        )

    @override
    async def issue(self, grant: Grant) -> Mapping[str, str]:
        """Return the header with a new API token, as tests need it."""
        text, token = new_token(grant.subject, "test", grant.scopes, self._clock.now(), None)
        await self._store.add(token)
        return {"authorization": f"Bearer {text}"}
