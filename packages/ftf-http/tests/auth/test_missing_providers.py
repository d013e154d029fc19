"""A provider that was forgotten is named at the start, and a user is not made by the container."""

import pytest
from accounts_schema import Login, User
from auth_people import Person, guarded
from auth_tokens import SECRET

from ftf.http import FastTrackFramework, Injected, InvalidApplicationError, InvalidRoutesError
from ftf.http.auth import (
    ApiTokenGuard,
    Auth,
    AuthProvider,
    BearerGuard,
    CookieGuard,
    CurrentUser,
    InvalidAuthError,
    LinkOptions,
    Logins,
    LoginsProvider,
    MemoryStores,
    MemoryUser,
    auth_routes,
)

AUTH = "AuthProvider(secrets=..., issuer=..., audience=...)"
STORES = "OrmStores(User, User.email, Login)`, or `MemoryStores()"
LINKS = "LoginsProvider(links=LinkOptions(base_url=...))"
MAIL = "app.register(AuthMail[User], ...)"


def auth() -> AuthProvider:
    return AuthProvider(secrets=SECRET, issuer="https://api.example", audience="shop")


def logins() -> LoginsProvider:
    return LoginsProvider(links=LinkOptions(base_url="https://app.example"))


async def refused(app: FastTrackFramework) -> InvalidAuthError:
    with pytest.raises(InvalidAuthError, match="providers lacks") as caught:
        async with app.router.lifespan_context(app):
            pass
    return caught.value


@pytest.mark.parametrize(
    ("providers", "named"),
    [
        ((), [AUTH, LINKS, MAIL, STORES]),
        ((auth, logins), [STORES, MAIL]),
        ((auth, MemoryStores), [LINKS, MAIL]),
        ((auth, MemoryStores, LoginsProvider), [LINKS, MAIL]),
        ((auth, MemoryStores, logins), [MAIL]),
        ((MemoryStores, logins), [AUTH, MAIL]),
    ],
)
async def test_a_provider_that_is_missing_is_named(providers, named):
    app = FastTrackFramework(providers=[made() for made in providers])
    app.add_guard("api", BearerGuard)
    app.include_router(auth_routes(MemoryUser))
    error = await refused(app)
    for each in named:
        assert each in error.remedy
    assert len(error.remedy.splitlines()) == len(named)
    assert error.__cause__ is None


async def test_guards_that_need_stores_name_their_providers():
    app = FastTrackFramework(providers=[auth()])
    app.add_guard("tokens", ApiTokenGuard)
    app.add_guard("web", CookieGuard)
    with pytest.raises(InvalidAuthError, match="accepts what browsers send"):
        async with app.router.lifespan_context(app):
            pass
    app = FastTrackFramework(providers=[auth()])
    app.add_guard("tokens", ApiTokenGuard)
    assert "api_tokens=Token" in (await refused(app)).remedy


class Unbuildable:
    def __init__(self, name: str) -> None: ...


async def test_what_else_cannot_be_built_is_the_cause():
    app = FastTrackFramework()

    @app.get("/")
    async def show(one: Injected[Logins[MemoryUser]], other: Injected[Unbuildable]) -> int:
        return 1

    cause = (await refused(app)).__cause__
    assert isinstance(cause, InvalidApplicationError)
    assert [fault.parameter for fault in cause.injections] == ["other"]


async def test_without_a_known_provider_the_report_is_that_of_the_container():
    app = FastTrackFramework()

    @app.get("/")
    async def show(other: Injected[Unbuildable]) -> int:
        return 1

    with pytest.raises(InvalidApplicationError, match="Unbuildable"):
        async with app.router.lifespan_context(app):
            pass


class Basket:
    def __init__(self, owner: User) -> None:
        self.owner = owner


class Greeter:
    def __init__(self, auth: Auth[Person]) -> None:
        self.auth = auth


async def faults_of(app: FastTrackFramework) -> list[str]:
    with pytest.raises(InvalidRoutesError) as caught:
        async with app.router.lifespan_context(app):
            pass
    return [each.reason.partition("\n")[2] for each in caught.value.faults]


async def test_a_user_of_the_container_s_making_is_refused_with_what_to_write():
    app = guarded()

    @app.get("/record")
    async def record(user: Injected[User]) -> int:
        return 1

    @app.get("/service")
    async def service(basket: Injected[Basket]) -> int:
        return 1

    @app.get("/known")
    async def known(user: CurrentUser[Person], same: Injected[Person]) -> int:
        return 1

    hints = [
        f"Write `CurrentUser[{name}]` for the user of the request, and `Auth[{name}]` in a "
        "constructor."
        for name in ("User", "User", "Person")
    ]
    assert await faults_of(app) == hints


async def test_a_record_that_the_application_registers_is_a_service(serve):
    app = guarded()
    app.register(Login, lambda: Login(id="x"), scope="scoped")

    @app.get("/")
    async def show(login: Injected[Login], greeter: Injected[Greeter]) -> str:
        return f"{login.id} {greeter.auth.is_guest}"

    async with serve(app) as client:
        assert (await client.get("/")).json() == "x True"
