import pytest
from accounts_schema import Login, User, options_of
from auth_shop import Access, Shop

from ftf.container.events import EventsProvider, Listeners
from ftf.http import FastTrackFramework
from ftf.http.auth import (
    AccessTokenIssuer,
    Argon2,
    Clock,
    KeyRing,
    LoginEvent,
    LoginsProvider,
    MemoryStores,
    Passwords,
    Secret,
)
from ftf.http.auth.orm import OrmStores
from ftf.orm import DatabaseProvider


@pytest.fixture
def shop(clock, secret) -> Shop:
    """An application without stores."""
    app = FastTrackFramework(
        providers=[EventsProvider(), LoginsProvider(passwords=Passwords(Argon2.minimum()))]
    )
    shop = Shop(app)
    app.register(Clock, lambda: clock, scope="singleton")
    app.instance(KeyRing[Secret], KeyRing(secret))
    app.instance(AccessTokenIssuer, Access())

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
