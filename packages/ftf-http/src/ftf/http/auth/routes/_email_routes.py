"""`EmailRoutes`: a user changes the address of an account."""

from fastapi import BackgroundTasks

from ...injection._inject import Injected
from ...routing._controller import Controller, post, put
from .._identity import Identity
from ..access._access import Access, public
from ..links._links import Links
from ..logins._accounts import Accounts
from ..logins._logins import Logins
from ._bodies import LinkIn, NewEmailIn
from ._mail import EmailMail, logged


class EmailRoutes[U](Controller):
    """`PUT /email` and `POST /confirm-email`: the address changes once a mail to it has arrived.

    The application registers an `EmailMail[User]`, and `LoginsProvider(links=...)`. They are not
    among the routes unless `auth_routes(User, routes=[...])` names them.

    Args:
        accounts: The users.
        links: What makes and uses links.
        mail: What sends mails.
    """

    def __init__(self, accounts: Accounts[U], links: Links[U], mail: EmailMail[U]) -> None:
        self._accounts = accounts
        self._links = links
        self._mail = mail

    @put("/email", status_code=202)
    @Access(scopes=["account"])
    async def change_email(
        self,
        body: NewEmailIn,
        me: Injected[Identity],
        later: BackgroundTasks,
        logins: Injected[Logins[U]],
    ) -> None:
        """Send a link to a new address. The answer does not say whether an account has it."""
        user = await logins.confirm(me, body.current_password)
        later.add_task(logged, self._send(user, body.email))

    @post("/confirm-email", status_code=204)
    @public
    async def confirm_email(self, body: LinkIn, later: BackgroundTasks) -> None:
        """Store the address that a link confirms, end all logins, and tell the old address."""
        before = await self._links.set_email(body.token)
        later.add_task(logged, self._tell(before))

    async def _send(self, user: U, address: str) -> None:
        owner = await self._accounts.find_by_name(address)
        if owner is None:
            url = self._links.change_email(user, address)
            await self._mail.send_email_change(user, address, url)
        else:
            await self._mail.send_already_registered(owner)

    async def _tell(self, before: U) -> None:
        address = self._accounts.name_of(before)
        await self._mail.send_email_changed(before, address)
