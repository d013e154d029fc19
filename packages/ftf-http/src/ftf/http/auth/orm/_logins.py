"""`OrmLogins`: logins in a table of the application."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from ..logins._accounts import Accounts
from ..logins._login_session import LoginSession
from ._accounts import OrmAccounts
from ._columns import LoginSessionColumns
from ._keys import has_key, key_of, user_column
from ._rows import login_of, values_of
from ._short_session import ShortSessions, executed


class OrmLogins:
    """Stores logins in a table of the application, with transactions of its own.

    Args:
        model: The model, with `LoginSessionColumns` and `user_id`.
        sessions: What makes sessions.
        request: The session of the request that is served, if there is one; it is not written to.

    Raises:
        InvalidAuthError: The model has no `user_id`.
    """

    def __init__(
        self,
        model: type[LoginSessionColumns],
        sessions: async_sessionmaker[AsyncSession],
        request: AsyncSession | None = None,
    ) -> None:
        self._user = user_column(model)
        self._model: Any = model
        self._short = ShortSessions(sessions, request)

    async def add(
        self, login: LoginSession, *, replaces: str | None = None, session: object = None
    ) -> None:
        """Insert a row, and in the same transaction end the row that it replaces.

        Args:
            login: The row.
            replaces: The id of the row that it replaces.
            session: The session to write in, which commits then; by default one of the store's own.
        """
        if isinstance(session, AsyncSession):
            await self._add(session, login, replaces)
        else:
            async with self._short.writing() as own:
                await self._add(own, login, replaces)

    async def find(self, key: str) -> LoginSession | None:
        """Return a row by id, from the primary database."""
        rows = await self._read(select(self._model).where(self._model.id == key))
        return rows[0] if rows else None

    async def find_with_user[U](
        self, key: str, accounts: Accounts[U]
    ) -> tuple[LoginSession, U | None] | None:
        """Return a row by id, and its user, from the primary database."""
        if not isinstance(accounts, OrmAccounts):
            login = await self.find(key)
            return None if login is None else (login, await accounts.find_apart(login.user))
        async with self._short.reading() as session:
            users, key_of_user = accounts.selectable(session)
            query = select(self._model, users).outerjoin(users, key_of_user == self._user)
            row = (await session.execute(query.where(self._model.id == key))).one_or_none()
            return None if row is None else (login_of(row[0]), row[1])

    async def rotate(
        self, key: str, generation: int, now: datetime, idle_expires_at: datetime
    ) -> bool:
        """Raise the generation of a living row by one, if it still is `generation`."""
        values = {
            "generation": generation + 1,
            "rotated_at": now,
            "last_seen_at": now,
            "idle_expires_at": idle_expires_at,
        }
        chosen = self._model.id == key, self._model.generation == generation, *self._alive(now)
        return bool(await self._short.write(update(self._model).where(*chosen).values(values)))

    async def revoke(self, key: str, now: datetime, reason: str) -> bool:
        """End a row. Return whether this call has ended it."""
        return bool(await self._short.write(self._revocation(now, reason, self._model.id == key)))

    async def revoke_all(
        self, user: str, now: datetime, reason: str, *, besides: str | None = None
    ) -> int:
        """End the rows of a user but one. Return how many this call has ended."""
        chosen: list[ColumnElement[bool]] = [has_key(self._user, user)]
        if besides is not None:
            chosen.append(self._model.id != besides)
        return await self._short.write(self._revocation(now, reason, *chosen))

    async def renew(self, key: str, auth_version: int) -> bool:
        """Set the `auth_version` of a row that was not revoked. Return whether there was one."""
        chosen = self._model.id == key, self._model.revoked_at.is_(None)
        change = update(self._model).where(*chosen).values(auth_version=auth_version)
        return bool(await self._short.write(change))

    async def of_user(self, user: str, now: datetime) -> Sequence[LoginSession]:
        """Return the living rows of a user, the one that was used last first."""
        order = self._model.last_seen_at.desc(), self._model.id.desc()
        chosen = has_key(self._user, user), *self._alive(now)
        return await self._read(select(self._model).where(*chosen).order_by(*order))

    async def touch(
        self, key: str, now: datetime, before: datetime, idle_expires_at: datetime
    ) -> None:
        """Set `last_seen_at` and the idle end of a living row last seen before `before`.

        It does nothing where another transaction writes the row, or any in SQLite.
        """
        chosen = self._model.id == key, self._model.last_seen_at < before, *self._alive(now)
        found = select(self._model.id).where(*chosen).with_for_update(skip_locked=True)
        change = update(self._model).where(self._model.id.in_(found))
        values = {"last_seen_at": now, "idle_expires_at": idle_expires_at}
        await self._short.write_unless_busy(change.values(values))

    async def prune(self, ended_before: datetime, limit: int) -> int:
        """Delete at most `limit` rows that ended before a time. Return how many."""
        model = self._model
        ended = (
            (model.expires_at <= ended_before)
            | (model.idle_expires_at <= ended_before)
            | (model.revoked_at <= ended_before)
        )
        found = select(model.id).where(ended).limit(limit).with_for_update(skip_locked=True)
        return await self._short.write(delete(model).where(model.id.in_(found)))

    async def _add(self, session: AsyncSession, login: LoginSession, replaces: str | None) -> None:
        if replaces is not None:
            old = self._revocation(login.created_at, "replaced", self._model.id == replaces)
            await executed(session, old)
        session.add(self._model(**values_of(login), user_id=key_of(self._user, login.user)))
        await session.flush()

    async def _read(self, query: Select[Any]) -> list[LoginSession]:
        return [login_of(record) for record in await self._short.read(query)]

    def _revocation(self, now: datetime, reason: str, *chosen: ColumnElement[bool]) -> Update:
        alive = self._model.revoked_at.is_(None)
        return update(self._model).where(*chosen, alive).values(revoked_at=now, revoked_for=reason)

    def _alive(self, now: datetime) -> tuple[ColumnElement[bool], ...]:
        model = self._model
        return model.revoked_at.is_(None), model.idle_expires_at > now, model.expires_at > now
