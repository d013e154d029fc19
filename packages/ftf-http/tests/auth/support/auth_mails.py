"""The ready routes with a mailbox, and clients of them."""

from dataclasses import dataclass, field

from ftf.http import FastTrackFramework
from ftf.http.auth import (
    AccountRoutes,
    AuthMail,
    BearerGuard,
    CookieGuard,
    CookieRoutes,
    EmailMail,
    EmailRoutes,
    SessionRoutes,
    TokenRoutes,
    auth_routes,
)

ADA, WORD = "ada@example.com", "correct horse battery"


@dataclass
class Mailbox:
    """The mails that were sent."""

    sent: list[tuple[str, ...]] = field(default_factory=list)
    works: bool = True

    async def send_verification(self, user: object, url: str) -> None:
        self.add("verify", url)

    async def send_reset(self, user: object, url: str) -> None:
        self.add("reset", url)

    async def send_already_registered(self, user: object) -> None:
        self.add("known")

    async def send_email_change(self, user: object, address: str, url: str) -> None:
        self.add("change", url, address)

    async def send_email_changed(self, user: object, address: str) -> None:
        self.add("changed", address)

    def add(self, *mail: str) -> None:
        if not self.works:
            raise OSError("no mail server")
        self.sent.append(mail)

    def token(self) -> str:
        """The token of the last link."""
        return self.sent[-1][1].partition("?token=")[2]


ALL = [TokenRoutes, CookieRoutes, SessionRoutes, AccountRoutes, EmailRoutes]


def with_routes(shop, mailbox: Mailbox) -> FastTrackFramework:
    app, user = shop.app, shop.user
    app.instance(AuthMail[user], mailbox)
    app.instance(EmailMail[user], mailbox)
    app.add_guard("api", BearerGuard)
    app.add_guard("web", CookieGuard)
    app.require_login()
    app.include_router(auth_routes(user, routes=ALL))
    return app


async def register(client, email: str = ADA):
    return await client.post("/auth/register", json={"email": email, "password": WORD})


async def log_in(client, email: str = ADA, password: str = WORD, **options: str):
    body = {"email": email, "password": password, **options}
    return await client.post("/auth/login", json=body)


def bearer(response) -> dict[str, str]:
    return {"authorization": f"Bearer {response.json()['access_token']}"}
