"""`AuthMail`: the mails of the ready routes, and how they leave after the response."""

import logging
from collections.abc import Awaitable
from typing import Protocol

_logger = logging.getLogger("ftf.http")


class AuthMail[U](Protocol):
    """Sends the mails of the ready routes. Let it put them in a queue, and return soon.

    It is called after the response has left: neither its time nor its failure says whether an
    account exists.
    """

    async def send_verification(self, user: U, url: str) -> None:
        """Send a new user the link that confirms the address."""
        ...

    async def send_reset(self, user: U, url: str) -> None:
        """Send a user the link that sets a new password."""
        ...

    async def send_already_registered(self, user: U) -> None:
        """Send a user the news that a client has tried to register with their address."""
        ...


class EmailMail[U](Protocol):
    """Sends the mails of `EmailRoutes`, as `AuthMail` does."""

    async def send_email_change(self, user: U, address: str, url: str) -> None:
        """Send the link that confirms a new address, to that address."""
        ...

    async def send_email_changed(self, user: U, address: str) -> None:
        """Send the old address of a user the news that the account has another one."""
        ...

    async def send_already_registered(self, user: U) -> None:
        """Send a user the news that a client has tried to use their address."""
        ...


async def logged(work: Awaitable[None]) -> None:
    """Log what some work raises: the response has left, and nothing waits for it."""
    try:
        await work
    except Exception:
        _logger.exception("A mail of an account could not be sent.")
