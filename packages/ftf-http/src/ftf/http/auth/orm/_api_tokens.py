"""`OrmApiTokens`: API tokens in a table of the application."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ..api_tokens._api_token import ApiToken
from ._columns import ApiTokenColumns
from ._keys import has_key, key_of, user_column
from ._short_session import ShortSessions

_SAME = [each.name for each in fields(ApiToken) if each.name not in {"user", "scopes"}]


class OrmApiTokens:
    """Stores API tokens in a table of the application, with transactions of its own.

    Args:
        model: The model, with `ApiTokenColumns` and `user_id`.
        sessions: What makes sessions.
        request: The session of the request that is served, if there is one; it is not written to.

    Raises:
        InvalidAuthError: The model has no `user_id`.
    """

    def __init__(
        self,
        model: type[ApiTokenColumns],
        sessions: async_sessionmaker[AsyncSession],
        request: AsyncSession | None = None,
    ) -> None:
        self._user = user_column(model)
        self._model: Any = model
        self._short = ShortSessions(sessions, request)

    async def add(self, token: ApiToken) -> None:
        """Insert a token."""
        values = {name: getattr(token, name) for name in _SAME}
        user, scopes = key_of(self._user, token.user), " ".join(token.scopes)
        async with self._short.writing() as session:
            session.add(self._model(**values, user_id=user, scopes=scopes))

    async def find(self, digest: bytes) -> ApiToken | None:
        """Return a token by its digest, from the primary database."""
        found = await self._read(select(self._model).where(self._model.digest == digest))
        return found[0] if found else None

    async def of_user(self, user: str) -> Sequence[ApiToken]:
        """Return the tokens of a user, the newest first."""
        mine = has_key(self._user, user)
        order = self._model.created_at.desc(), self._model.id.desc()
        return await self._read(select(self._model).where(mine).order_by(*order))

    async def remove(self, user: str, key: str) -> bool:
        """Delete a token of a user. Return whether there was one."""
        mine = has_key(self._user, user), self._model.id == key
        return bool(await self._short.write(delete(self._model).where(*mine)))

    async def touch(self, key: str, now: datetime, before: datetime) -> None:
        """Set the last use of a token that was not used since `before`.

        It does nothing where another transaction writes the row, or any in SQLite.
        """
        model = self._model
        unused = or_(model.last_used_at.is_(None), model.last_used_at < before)
        found = select(model.id).where(model.id == key, unused).with_for_update(skip_locked=True)
        change = update(model).where(model.id.in_(found)).values(last_used_at=now)
        await self._short.write_unless_busy(change)

    async def _read(self, query: Select[Any]) -> list[ApiToken]:
        return [_token(record) for record in await self._short.read(query)]


def _token(record: Any) -> ApiToken:  # noqa: ANN401  # a model of the application
    values = {name: getattr(record, name) for name in _SAME}
    return ApiToken(**values, user=str(record.user_id), scopes=tuple(record.scopes.split()))
