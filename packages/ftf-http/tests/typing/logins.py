"""Logins, links and API tokens, and the types that they have; read by mypy and pyright only."""

from collections.abc import Sequence
from typing import assert_type

from sqlalchemy import ForeignKey, String
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, mapped_column

from ftf.http import FastTrackFramework, Injected, Router
from ftf.http.auth import (
    Accounts,
    ApiTokens,
    AuthMail,
    Identity,
    KnownLogin,
    LegacyVerifier,
    Links,
    Logins,
    LoginSession,
    LoginSessions,
    LoginsProvider,
    MemoryAccounts,
    MemoryLogins,
    MemoryUser,
    NewApiToken,
    Passwords,
    SessionRoutes,
    TokenPair,
    TokenRoutes,
    Users,
    auth_routes,
)
from ftf.http.auth.orm import (
    ApiTokenColumns,
    Authenticatable,
    LoginSessionColumns,
    OrmAccounts,
    OrmLogins,
    OrmStores,
)
from ftf.orm import Base


class User(Authenticatable, Base):
    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)


class Login(LoginSessionColumns, Base):
    __tablename__ = "logins"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Token(ApiTokenColumns, Base):
    __tablename__ = "tokens"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"))


class Sha256:
    def identify(self, stored: str, /) -> bool:
        return stored.startswith("sha256:")

    def verify(self, password: str, stored: str, /) -> bool:
        return False


class Mail:
    async def send_verification(self, user: User, url: str) -> None: ...
    async def send_reset(self, user: User, url: str) -> None: ...
    async def send_already_registered(self, user: User) -> None: ...


legacy: LegacyVerifier = Sha256()
mail: AuthMail[User] = Mail()
app = FastTrackFramework(
    providers=[
        OrmStores(User, User.email, Login, api_tokens=Token),
        LoginsProvider(passwords=Passwords(legacy=[legacy])),
    ]
)
app.instance(AuthMail[User], mail)


class Mine(TokenRoutes[User]):
    async def logout(self, me: Injected[Identity], logins: Injected[Logins[User]]) -> None:
        assert_type(await logins.logout_others(me), int)


assert_type(auth_routes(User, routes=[Mine, SessionRoutes]), Router)
app.include_router(auth_routes(User))


async def check(
    logins: Logins[User], links: Links[User], tokens: ApiTokens, me: Identity, user: User
) -> None:
    assert_type(await logins.attempt("a", "b"), TokenPair)
    assert_type(await logins.issue(user, scopes=["a"]), TokenPair)
    assert_type(await logins.verify("a", "b"), User)
    assert_type(await logins.begin(user, "cookie"), LoginSession)
    assert_type(await logins.sessions(me), Sequence[KnownLogin])
    assert_type(links.reset(user), str)
    assert_type(await links.confirm_email("token"), User)
    assert_type(await tokens.create(me, "backup", ["posts:read"]), NewApiToken)
    await logins.begin(user, "jwt")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    await logins.issue("user")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def stores(made: async_sessionmaker[AsyncSession]) -> tuple[Accounts[User], LoginSessions]:
    users: Users[User] = OrmAccounts(User, User.email, made)
    memory: Accounts[MemoryUser] = MemoryAccounts()
    assert_type(memory.normalise("a"), str)
    rows: list[LoginSessions] = [MemoryLogins(), OrmLogins(Login, made)]
    assert_type(users.subject_of(User(id=1)), str)
    return OrmAccounts(User, User.email, made), rows[0]
