"""An application with logins, and a clock that goes when a test says so."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from accounts_schema import Login, Token, User
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from ftf.container import Scope
from ftf.http import FastTrackFramework
from ftf.http.auth import (
    Accounts,
    ApiTokenStore,
    Clock,
    Identity,
    LoginEvent,
    LoginSession,
    LoginSessions,
    MemoryAccounts,
    MemoryUser,
)
from ftf.http.auth.orm import OrmAccounts, OrmApiTokens, OrmLogins
from ftf.orm import session_factory, transaction

START = datetime(2026, 5, 1, 12, tzinfo=UTC)


class FrozenClock(Clock):
    """A clock that goes when a test says so."""

    def __init__(self) -> None:
        self.at = START

    def time(self) -> float:
        return self.at.timestamp()

    def now(self) -> datetime:
        return self.at

    def real_now(self) -> datetime:
        """What a clock of another process says."""
        return datetime.now(UTC)

    def advance(self, **by: float) -> None:
        self.at += timedelta(**by)


@dataclass
class Shop:
    """An application with logins, what it was told, and a way to be a user of it."""

    app: FastTrackFramework
    user: type = MemoryUser
    heard: list[LoginEvent] = field(default_factory=list)

    def identity(self, login: LoginSession) -> Identity:
        return Identity(
            subject=login.user,
            guard="api",
            session_id=login.id,
            version=login.auth_version,
        )

    async def deactivate(self, scope: Scope, subject: str) -> None:
        """Take a user's right to log in, as an administrator would."""
        accounts = await scope.aresolve(Accounts)
        if self.user is MemoryUser:
            accounts.put(replace(await accounts.find(subject), is_active=False))
            return
        session = await scope.aresolve(AsyncSession)
        (await session.get(self.user, int(subject))).is_active = False
        await session.commit()


@dataclass
class Stores:
    """The stores of a test, and what a test does to users."""

    accounts: Accounts[Any]
    logins: LoginSessions
    api_tokens: ApiTokenStore
    engine: AsyncEngine | None = None

    @classmethod
    def on(cls, engine: AsyncEngine) -> "Stores":
        made = session_factory(engine)
        accounts = OrmAccounts(User, User.email, made)
        return cls(accounts, OrmLogins(Login, made), OrmApiTokens(Token, made), engine)

    async def change(self, subject: str, **values: object) -> None:
        """Write values of a user, as an administrator would."""
        if isinstance(self.accounts, MemoryAccounts):
            user: MemoryUser = await self.accounts.find(subject)
            self.accounts.put(replace(user, **values))
            return
        async with session_factory(self.engine)() as session, transaction(session):
            for name, value in values.items():
                setattr(await session.get(User, int(subject)), name, value)

    async def delete(self, subject: str) -> None:
        """Delete a user."""
        if isinstance(self.accounts, MemoryAccounts):
            self.accounts.remove(subject)
            return
        async with session_factory(self.engine)() as session, transaction(session):
            await session.delete(await session.get(User, int(subject)))
