import pytest
from accounts_schema import Login, User, database, options_of
from auth_shop import Shop
from auth_tokens import SECRET

from ftf.container.events import EventsProvider, Listeners
from ftf.http import FastTrackFramework
from ftf.http.auth import (
    Argon2,
    AuthProvider,
    Clock,
    LoginEvent,
    LoginsProvider,
    MemoryStores,
    Passwords,
)
from ftf.http.auth.orm import OrmStores
from ftf.orm import DatabaseProvider


@pytest.fixture
def shop(clock) -> Shop:
    """An application without stores."""
    app = FastTrackFramework()
    app.register(Clock, lambda: clock, scope="singleton")
    app.container.add_provider(
        EventsProvider(),
        AuthProvider(secrets=SECRET, issuer="https://api.example", audience="shop"),
        LoginsProvider(passwords=Passwords(Argon2.minimum())),
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
