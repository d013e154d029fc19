"""Clients that send the headers of a user."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from importlib import import_module
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Any

from ._client import client_of

if TYPE_CHECKING:
    from httpx import AsyncClient, Request

    from ._transport import StreamingTransport

type Headers = Mapping[str, str]
type HeadersOf = Callable[[Any], Headers | Awaitable[Headers]]


class ActingAs:
    """Makes clients that send the headers of a user.

    Args:
        transport: The transport to the application.
        headers_of: Returns the headers of a user: the fixture `auth_headers`.
    """

    def __init__(self, transport: "StreamingTransport", headers_of: HeadersOf) -> None:
        self._transport = transport
        self._headers_of = headers_of
        self._awaited: list[_AwaitedHeaders] = []

    def __call__(self, user: object) -> "AsyncClient":
        """Make a client that sends the headers of a user with each request.

        If `auth_headers` returns an awaitable, because it stores a token in the database for
        example, it is awaited once, before the client's first request.

        Args:
            user: The argument of `auth_headers`; the headers themselves, unless you override it.

        Returns:
            A client without a timeout.
        """
        headers = self._headers_of(user)
        if not isawaitable(headers):
            return client_of(self._transport, headers)
        client = client_of(self._transport)
        library = import_module(type(client).__module__.partition(".")[0])
        # A client accepts only an Auth of its own library.
        kind: Any = type("AwaitedHeaders", (_AwaitedHeaders, library.Auth), {})
        client.auth = kind(headers)
        self._awaited.append(client.auth)  # type: ignore[arg-type]  # it is made of both classes
        return client

    def close(self) -> None:
        """Close the coroutines of clients that have sent no request."""
        for each in self._awaited:
            each.close()


class _AwaitedHeaders:
    """The authentication of a client whose headers are awaited before its first request."""

    def __init__(self, given: Awaitable[Headers]) -> None:
        import asyncio

        self._given = given
        self._turn = asyncio.Lock()  # the first requests may run at the same time
        self._headers: Headers | None = None

    async def async_auth_flow(self, request: "Request") -> "AsyncIterator[Request]":
        async with self._turn:
            if self._headers is None:
                self._headers = await self._given
        request.headers.update(self._headers)
        yield request

    def close(self) -> None:
        if iscoroutine(self._given):
            self._given.close()
