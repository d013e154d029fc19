"""`OrmAccounts`: the users of an application's own table, as logins need them."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast

from sqlalchemy import Column, ColumnElement, inspect, update
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ftf.orm import BaseRepository, DuplicateRecord, InvalidValue, using_primary

from ...limits._key import folded
from ..exceptions import InvalidAuthError
from ._columns import Authenticatable
from ._keys import has_key
from ._short_session import NOT_IN_SESSION, ShortSessions


class OrmAccounts[U: Authenticatable]:
    """The users of an application's own table.

    A user that the model's scopes or soft deletes hide cannot log in. `find` reads by the session
    of the request; all else has short sessions of its own.

    Args:
        model: The model, with `Authenticatable` and one primary key.
        name: The column that users log in by, such as `User.email`, with a unique index. It is
            stored as `normalise` spells it.
        sessions: What makes sessions.
        request: The session of the request that is served, if there is one.
        normalise: Returns the one spelling of a name; by default without differences of case,
            compatible characters and spaces around it.

    Raises:
        InvalidAuthError: The model has not one primary key.
    """

    def __init__(
        self,
        model: type[U],
        name: InstrumentedAttribute[str],
        sessions: async_sessionmaker[AsyncSession],
        request: AsyncSession | None = None,
        normalise: Callable[[str], str] = folded,
    ) -> None:
        keys = inspect(model).primary_key
        if len(keys) != 1:
            remedy = "A credential names its user by one key: give the model one column as key."
            raise InvalidAuthError(f"The model {model.__name__}", "has no single key", remedy)
        self._model: Any = model
        self._name = name
        self._key = cast("Column[object]", keys[0])
        self._key_name = inspect(model).get_property_by_column(keys[0]).key
        self._sessions = sessions
        self._request = request
        self._normalise = normalise
        self._short = ShortSessions(sessions, request)

    def normalise(self, name: str) -> str:
        """Return the spelling that accounts are looked up and limited by."""
        return self._normalise(name)

    def name_of(self, user: U) -> str:
        """Return what the user logs in by."""
        return cast("str", getattr(user, self._name.key))

    def password_of(self, user: U) -> str | None:
        """Return the stored hash of the user's password."""
        return user.password_hash

    def subject_of(self, user: U) -> str:
        """Return the canonical spelling of a user's key."""
        return str(getattr(user, self._key_name))

    def version_of(self, user: U) -> int:
        """Return the user's `auth_version`."""
        return user.auth_version

    def is_active(self, user: U) -> bool:
        """Return whether a user may use credentials."""
        return user.is_active

    def is_verified(self, user: U) -> bool:
        """Return whether the user has received mail at the name."""
        return user.verified_at is not None

    async def find(self, subject: str) -> U | None:
        """Return a user by key, from the session of the request."""
        request = self._request
        if request is None:
            return await self.find_apart(subject)
        was_open = request.in_transaction()
        user = await self._first(request, has_key(self._key, subject))
        if not was_open:
            # Gives the connection back: a handler that logs the user out would wait for a second
            # one while it has the first, and so would all others.
            await request.commit()
        return user

    async def find_apart(self, subject: str) -> U | None:
        """Return a user by key, from a session that is closed when it returns."""
        return await self._first_apart(has_key(self._key, subject))

    async def find_by_name(self, name: str) -> U | None:
        """Return a user by the name of the account, in any spelling."""
        return await self._first_apart(self._name == self._normalise(name))

    async def add(self, name: str, password: str) -> U | None:
        """Store a new user with a hash. Return `None` if the name is taken."""
        values = {self._name.key: self._normalise(name), "password_hash": password}
        async with self._short.writing() as session:
            users = BaseRepository(session, self._model)
            # One statement whether the name is taken or not: its time does not say so.
            made = await users.insert_or_ignore([values], unique_by=[self._name])
        return cast("U", made[0]) if made else None

    async def replace_hash(self, subject: str, old: str, new: str) -> bool:
        """Replace a hash by another of the same password, if it still is `old`."""
        chosen = self._model.password_hash == old
        return await self._change(subject, {"password_hash": new}, chosen) is not None

    async def set_password(
        self, subject: str, password: str, expected: int | None = None
    ) -> int | None:
        """Store the hash of a new password, and raise `auth_version`, if it is `expected`."""
        return await self._raise(subject, expected, {"password_hash": password})

    async def raise_version(self, subject: str, expected: int | None = None) -> int | None:
        """Raise `auth_version` by one, if it is `expected`. Return the new one, or `None`."""
        return await self._raise(subject, expected, {})

    async def _raise(
        self, subject: str, expected: int | None, values: Mapping[str, object]
    ) -> int | None:
        version = self._model.auth_version
        chosen = [] if expected is None else [version == expected]
        return await self._change(subject, {**values, "auth_version": version + 1}, *chosen)

    async def mark_verified(self, subject: str, name: str) -> bool:
        """Note that a user has received mail at `name`. Return whether that was new."""
        values = {"verified_at": datetime.now(UTC)}
        chosen = self._name == name, self._model.verified_at.is_(None)
        return await self._change(subject, values, *chosen) is not None

    async def rename(self, subject: str, name: str, expected: int) -> int | None:
        """Store another name, at which mail has arrived, and raise `auth_version` from `expected`.

        Return the new version; `None` if it is another one, or the name is taken.
        """
        values = {self._name.key: self._normalise(name), "verified_at": datetime.now(UTC)}
        try:
            return await self._raise(subject, expected, values)
        except DuplicateRecord:
            return None

    async def _change(
        self, subject: str, values: Mapping[str, object], *chosen: ColumnElement[bool]
    ) -> int | None:
        """Change a user, and return the `auth_version` then; `None` if no user is chosen."""
        mine = has_key(self._key, subject)
        change = update(self._model).where(mine, *chosen).values(values)
        async with self._short.writing() as session:
            returning = change.returning(self._model.auth_version)
            version = await session.scalar(returning, execution_options=NOT_IN_SESSION)
        return cast("int | None", version)

    def selectable(self, session: AsyncSession) -> tuple[Any, ColumnElement[object]]:
        """Return the users that can log in, to join with, and the column of their keys."""
        found = BaseRepository(session, self._model).query().statement().subquery()
        users = aliased(self._model, found)
        return users, getattr(users, self._key_name)

    async def _first_apart(self, chosen: ColumnElement[bool]) -> U | None:
        with using_primary():
            async with self._sessions() as session:
                return await self._first(session, chosen)

    async def _first(self, session: AsyncSession, chosen: ColumnElement[bool]) -> U | None:
        """Return the user that is chosen; `None` for a value that the column cannot hold."""
        try:
            found = await BaseRepository(session, self._model).query().where(chosen).first()
        except InvalidValue:
            return None
        return cast("U | None", found)
