from collections.abc import AsyncIterator
from dataclasses import dataclass
from hashlib import sha256

import pytest
from accounts_schema import Login, User, database, options_of
from auth_shop import FrozenClock, Shop, Stores
from auth_tokens import SECRET
from sqlalchemy.ext.asyncio import AsyncEngine

from ftf.container.events import EventsProvider, Listeners
from ftf.http import FastTrackFramework
from ftf.http.auth import (
    Argon2,
    AuthProvider,
    Clock,
    KeyRing,
    LinkOptions,
    LoginEvent,
    LoginOptions,
    LoginSession,
    LoginSessions,
    LoginsProvider,
    MemoryAccounts,
    MemoryApiTokens,
    MemoryLogins,
    MemoryStores,
    Passwords,
    Secret,
    SessionTokens,
)
from ftf.http.auth.logins._refreshing import Refreshing  # noqa: PLC2701  # without access tokens
from ftf.http.auth.orm import OrmStores
from ftf.http.security import SecurityOptions
from ftf.orm import DatabaseProvider


@pytest.fixture
def clock() -> FrozenClock:
    return FrozenClock()


@pytest.fixture
def secret() -> Secret:
    return Secret(sha256(b"secret").digest())


@pytest.fixture
def secret_ring(secret) -> KeyRing[Secret]:
    return KeyRing(secret)


@pytest.fixture(params=["sqlite", "postgres"])
def database_url(request, tmp_path) -> str:
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/auth.db"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
async def engine(database_url) -> AsyncIterator[AsyncEngine]:
    async with database(database_url) as engine:
        yield engine


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def stores(request, tmp_path) -> AsyncIterator["Stores"]:
    """Users and logins, in a store of each kind in turn."""
    if request.param == "memory":
        yield Stores(MemoryAccounts(), MemoryLogins(), MemoryApiTokens())
        return
    is_file = request.param == "sqlite"
    url = f"sqlite+aiosqlite:///{tmp_path}/auth.db"
    async with database(url if is_file else request.getfixturevalue("postgres_url")) as engine:
        yield Stores.on(engine)


@dataclass
class World:
    """Logins of one user, and the events that they have led to."""

    stores: Stores
    clock: FrozenClock
    secret: Secret
    user: str
    options: LoginOptions
    ring: KeyRing[Secret]
    events: list[object]

    @property
    def rows(self) -> LoginSessions:
        return self.stores.logins

    @property
    def tokens(self) -> SessionTokens:
        return SessionTokens(self.ring)

    async def notify(self, event: object) -> None:
        self.events.append(event)

    async def login(self, key: str = "A" * 22, **values: object) -> LoginSession:
        """Store a login of the user."""
        now = self.clock.now()
        row = LoginSession(
            **{
                "id": key,
                "kind": "token",
                "user": self.user,
                "salt": b"0123456789abcdef",
                "auth_version": 1,
                "idle_expires_at": now + self.options.idle,
                "expires_at": now + self.options.lifetime,
                "ip": "192.0.2.1",
            }
            | dict.fromkeys(("rotated_at", "authenticated_at", "created_at", "last_seen_at"), now)
            | values
        )
        await self.rows.add(row)
        return row

    async def refresh(self, token: str, client: str | None = None) -> str:
        """Return the successor of a refresh token."""
        stores, options = self.stores, self.options
        refreshing = Refreshing(stores.accounts, stores.logins, self.tokens, self.clock, options)
        done = await refreshing.refresh(token, client, "198.51.100.2", self.notify)
        return self.tokens.refresh_token(done.login)


@pytest.fixture
def world_of(clock, secret):
    """Make a user in some stores."""

    async def made(stores: Stores) -> World:
        user = await stores.accounts.add("ada@example.com", "!")
        subject = stores.accounts.subject_of(user)
        return World(stores, clock, secret, subject, LoginOptions(), KeyRing(secret), [])

    return made


@pytest.fixture
async def world(world_of, stores) -> World:
    return await world_of(stores)


@pytest.fixture
def world_on(world_of):
    """Make a user in a database."""

    async def made(engine: AsyncEngine) -> World:
        return await world_of(Stores.on(engine))

    return made


LINKS = LinkOptions(base_url="https://app.example.com")


@pytest.fixture
def shop(clock) -> Shop:
    """An application without stores."""
    app = FastTrackFramework(security=SecurityOptions())
    app.register(Clock, lambda: clock, scope="singleton")
    app.container.add_provider(
        EventsProvider(),
        AuthProvider(secrets=SECRET, issuer="https://api.example", audience="shop"),
        LoginsProvider(passwords=Passwords(Argon2.minimum()), links=LINKS),
    )
    shop = Shop(app)

    async def hear(event: LoginEvent) -> None:
        shop.heard.append(event)

    Listeners.of(app.container).listen(LoginEvent, hear)
    return shop


@pytest.fixture
def memory_shop(shop) -> Shop:
    shop.app.container.add_provider(MemoryStores())
    return shop


@pytest.fixture
async def orm_shop(shop, engine, database_url) -> Shop:
    provider = DatabaseProvider(database_url, **options_of(database_url))
    shop.app.container.add_provider(provider, OrmStores(User, User.email, Login))
    return shop


@pytest.fixture(params=["memory", "sqlite", "postgres"])
async def any_shop(request, shop, tmp_path):
    """An application with stores of each kind in turn."""
    if request.param == "memory":
        shop.app.container.add_provider(MemoryStores())
        yield shop
        return
    url = f"sqlite+aiosqlite:///{tmp_path}/auth.db"
    if request.param == "postgres":
        url = request.getfixturevalue("postgres_url")
    async with database(url):
        shop.user = User
        shop.app.container.add_provider(
            DatabaseProvider(url, **options_of(url)), OrmStores(User, User.email, Login)
        )
        yield shop
