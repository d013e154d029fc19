"""`Origin`: where a login comes from."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NamedTuple

from starlette.requests import HTTPConnection

from ...limits._throttle import Throttle
from ...limits._visit import visit_of

_AGENT = 256
_ADDRESS = 64


class Origin(NamedTuple):
    """Where a login comes from.

    Attributes:
        connection: The request; `None` for a login that a program makes.
    """

    connection: HTTPConnection | None = None

    @property
    def ip(self) -> str | None:
        """The client's address."""
        client = None if self.connection is None else self.connection.client
        return None if client is None else client.host[:_ADDRESS]

    @property
    def user_agent(self) -> str | None:
        """What the client calls itself, without characters that a database cannot hold."""
        sent = None if self.connection is None else self.connection.headers.get("user-agent")
        return None if sent is None else sent.replace("\0", "")[:_AGENT]

    @asynccontextmanager
    async def attempt(self, limit: str, account: str) -> AsyncIterator[None]:
        """Count a block that raises as a failure, if the application has limits of a name.

        Args:
            limit: The name.
            account: The account that is tried.

        Raises:
            LimitExceeded: A limit refuses.
        """
        visit = None if self.connection is None else visit_of(self.connection)
        if visit is None or self.connection is None or limit not in visit.limiter.policies:
            yield
            return
        async with Throttle(self.connection).attempt(limit, account=account):
            yield
