"""An application with logins, and a clock that goes when a test says so."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from ftf.container import Scope
from ftf.http import FastTrackFramework
from ftf.http.auth import Accounts, Clock, Identity, LoginEvent, LoginSession, MemoryUser

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
