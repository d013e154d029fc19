"""Clients that send the headers of a user."""

import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from importlib import import_module
from inspect import isawaitable, iscoroutine
from typing import TYPE_CHECKING, Any, Protocol

from ._client import client_of

if TYPE_CHECKING:
    from httpx import AsyncClient, Request

    from ._transport import StreamingTransport

type Headers = Mapping[str, str]
type HeadersOf = Callable[[Any], Headers | Awaitable[Headers]]


class IssueHeaders(Protocol):
    """Issues a credential of an application."""

    def __call__(
        self, user: object, *, scopes: Sequence[str], guard: str | None, fresh: bool
    ) -> Awaitable[Headers]:
        """Return the headers of a request with a new credential."""
        ...


def issue_of(app: object) -> IssueHeaders | None:
    """Return what issues credentials of an application; `None` if it has no guards."""
    auth = sys.modules.get("ftf.http.auth")  # loaded by an application that has guards
    container = getattr(app, "container", None)
    if auth is None or container is None or auth.Credentials not in container:
        return None
    return container.resolve(auth.Credentials).headers  # type: ignore[no-any-return]  # of ftf-http


class ActingAs:
    """Makes clients that send the headers of a user.

    Args:
        transport: The transport to the application.
        headers_of: Returns the headers of a user: the fixture `auth_headers`.
        issue: Issues credentials of the application; `None` if it has no guards, or if
            `auth_headers` was overridden.
    """

    def __init__(
        self,
        transport: "StreamingTransport",
        headers_of: HeadersOf,
        issue: "IssueHeaders | None" = None,
    ) -> None:
        self._transport = transport
        self._headers_of = headers_of
        self._issue = issue
        self._awaited: list[_AwaitedHeaders] = []

    def __call__(
        self,
        user: object,
        *,
        scopes: Sequence[str] = ("*",),
        guard: str | None = None,
        fresh: bool = True,
    ) -> "AsyncClient":
        """Make a client that sends the headers of a user with each request.

        An application with guards (`ftf.http.auth`) issues a real credential, which passes its
        guards like that of any client. If you override `auth_headers`, that decides. What has to be
        awaited is awaited once, before the client's first request.

        Args:
            user: The user; the argument of `auth_headers` if you override it; headers are sent as
                they are.
            scopes: What the credential allows.
            guard: The guard that has to accept it; the first one of the application by default.
            fresh: Whether the user has just logged in; if not, `@fresh` refuses it.

        Returns:
            A client without a timeout.
        """
        if self._issue is None or isinstance(user, Mapping):
            headers = self._headers_of(user)
        else:
            headers = self._issue(user, scopes=scopes, guard=guard, fresh=fresh)
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
