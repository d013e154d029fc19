"""`AccountRoutes`: registration, and what is done by links in mails."""

from fastapi import BackgroundTasks

from ...injection._inject import Injected
from ...routing._controller import Controller, post
from ..access._access import public
from ..links._links import Links
from ..logins._accounts import Accounts
from ..passwords._passwords import Passwords
from ._bodies import EmailIn, LinkIn, RegistrationIn, ResetIn
from ._mail import AuthMail, logged


@public
class AccountRoutes[U](Controller):
    """`POST /register`, `/forgot-password`, `/reset-password` and `/verify-email`.

    What is answered, and when, does not say whether an account exists: only its owner is told, by
    mail. The application registers an `AuthMail[User]`, and `LoginsProvider(links=...)`.

    Args:
        accounts: The users.
        links: What makes and uses links.
        mail: What sends mails.
    """

    def __init__(self, accounts: Accounts[U], links: Links[U], mail: AuthMail[U]) -> None:
        self._accounts = accounts
        self._links = links
        self._mail = mail

    @post("/register", status_code=202)
    async def register(
        self, body: RegistrationIn, later: BackgroundTasks, passwords: Injected[Passwords]
    ) -> None:
        """Register an account, and send its owner a mail: a link, or that there is one already."""
        hashed = await passwords.hash(body.password, about=[body.email])
        user = await self._accounts.add(body.email, hashed)
        later.add_task(logged, self._welcome(user, body.email))

    @post("/forgot-password", status_code=202)
    async def forgot_password(self, body: EmailIn, later: BackgroundTasks) -> None:
        """Send a link that sets a new password, if there is an account."""
        later.add_task(logged, self._send_reset(body.email))

    @post("/reset-password", status_code=204)
    async def reset_password(self, body: ResetIn) -> None:
        """Set the new password that a link allows, and end all logins of the user."""
        await self._links.set_password(body.token, body.password)

    @post("/verify-email", status_code=204)
    async def verify_email(self, body: LinkIn) -> None:
        """Note that the mail with a link has arrived."""
        await self._links.confirm_email(body.token)

    async def _welcome(self, user: U | None, email: str) -> None:
        if user is not None:
            await self._mail.send_verification(user, self._links.verify_email(user))
        elif (owner := await self._accounts.find_by_name(email)) is not None:
            await self._mail.send_already_registered(owner)

    async def _send_reset(self, email: str) -> None:
        user = await self._accounts.find_by_name(email)
        if user is not None and self._accounts.is_active(user):
            await self._mail.send_reset(user, self._links.reset(user))
