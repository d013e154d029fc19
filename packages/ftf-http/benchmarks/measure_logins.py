"""Whether the time of an answer says that an account exists: `nox -s bench -- logins [samples]`.

Each kind of account takes turns with the others, and the medians of the CPU time are compared with
that of a wrong password; the aim is 5 %. Users are in an SQLite file, passwords have the default
parameters. The last table is the cost of a refresh.
"""

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from statistics import median
from tempfile import TemporaryDirectory

from httpx import ASGITransport, AsyncClient, Response
from sqlalchemy import ForeignKey, String
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker
from sqlalchemy.orm import Mapped, mapped_column
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ftf.http import FastTrackFramework
from ftf.http.auth import (
    AuthMail,
    AuthProvider,
    BearerGuard,
    LinkOptions,
    LoginsProvider,
    Passwords,
    auth_routes,
)
from ftf.http.auth.orm import Authenticatable, LoginSessionColumns, OrmStores
from ftf.orm import Base, DatabaseProvider

SAMPLES = int(sys.argv[1]) if len(sys.argv) > 1 else 200
WORD = "correct horse battery"

type Call = Callable[[int], Awaitable[Response]]


class User(Authenticatable, Base):
    """Who logs in."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(String(254), unique=True)


class Login(LoginSessionColumns, Base):
    """A login."""

    __tablename__ = "logins"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class NoMail:
    """Sends nothing."""

    async def send_verification(self, user: User, url: str) -> None:
        """Send nothing."""

    async def send_reset(self, user: User, url: str) -> None:
        """Send nothing."""

    async def send_already_registered(self, user: User) -> None:
        """Send nothing."""


def shop(folder: str) -> FastTrackFramework:
    """Return an application with the ready routes."""
    app = FastTrackFramework(
        providers=[
            DatabaseProvider(f"sqlite:///{folder}/shop.db"),
            AuthProvider(
                secrets="Zr4u7x-A_DkG2JaNdRgUkXp2s5v8y_BqE", issuer="https://api", audience="shop"
            ),
            OrmStores(User, User.email, Login),
            LoginsProvider(links=LinkOptions(base_url="https://www.example.com")),
        ]
    )
    app.instance(AuthMail[User], NoMail())
    app.add_guard("api", BearerGuard)
    app.include_router(auth_routes(User))
    return app


async def fill(app: FastTrackFramework) -> None:
    """Make the tables, and an account of each kind."""
    engine = await app.container.aresolve(AsyncEngine)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    hashed = await (await app.container.aresolve(Passwords)).hash(WORD)
    async with async_sessionmaker(engine)() as session:
        session.add_all(
            [
                User(email="known@example.com", password_hash=hashed),
                User(email="unusable@example.com", password_hash="!"),  # noqa: S106  # unusable
                User(email="inactive@example.com", password_hash=hashed, is_active=False),
            ]
        )
        await session.commit()


class Timed:
    """An application that notes when a response was sent: mails come after it.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.sent = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""

        async def noted(message: Message) -> None:
            await send(message)
            self.sent = time.process_time()

        await self.app(scope, receive, noted)


async def measured(timed: Timed, calls: Mapping[str, Call]) -> dict[str, float]:
    """Return the median milliseconds of CPU until the responses to calls, which take turns."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(SAMPLES):
        for name, call in calls.items():
            began = time.process_time()
            await call(number)
            times[name].append((timed.sent - began) * 1e3)
    return {name: median(taken) for name, taken in times.items()}


def show(title: str, found: Mapping[str, float]) -> None:
    """Print a table; the first row is what the others are compared with."""
    base = next(iter(found.values()))
    print(f"\n| {title} | CPU | ratio |\n|---|---:|---:|")
    for name, taken in found.items():
        print(f"| {name} | {taken:.2f} ms | {taken / base:.3f} |")


async def main() -> None:
    """Measure all."""
    with TemporaryDirectory() as folder:
        app = shop(folder)
        timed = Timed(app)
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(timed), base_url="http://test") as client,
        ):
            await fill(app)

            def posting(path: str, email: str, password: str = "wrong") -> Call:  # noqa: S107
                def post(number: int) -> Awaitable[Response]:
                    body = {"email": email.format(number), "password": password}
                    return client.post(f"/auth/{path}", json=body)

                return post

            logins = {
                "wrong password": posting("login", "known@example.com"),
                "unknown": posting("login", "unknown@example.com"),
                "unusable": posting("login", "unusable@example.com"),
                "inactive, right password": posting("login", "inactive@example.com", WORD),
            }
            show("login", await measured(timed, logins))
            forgotten = {
                "known": posting("forgot-password", "known@example.com"),
                "unknown": posting("forgot-password", "unknown@example.com"),
            }
            show("forgotten password", await measured(timed, forgotten))
            registered = {
                "known": posting("register", "known@example.com", "another horse"),
                "new": posting("register", "new{}@example.com", "another horse"),
            }
            show("registration", await measured(timed, registered))
            pair = (await posting("login", "known@example.com", WORD)(0)).json()

            async def refresh(_: int) -> Response:
                form = {"grant_type": "refresh_token", "refresh_token": pair["refresh_token"]}
                response = await client.post("/auth/token", data=form)
                pair.update(response.json())
                return response

            show("token", await measured(timed, {"refresh": refresh}))


if __name__ == "__main__":
    asyncio.run(main())
