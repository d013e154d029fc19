"""Applications of routes, and of FastAPI's routers, that decide about a request first."""

from typing import Final, override

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse
from starlette.routing import Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...plan._failure import fail
from ...routing._index_entries import RouteAccess, Served
from ...routing._probe import PROBES
from ...routing._unmatched import Unmatched
from ._admissions import Admissions
from ._rule import Rule
from ._target import target_of

# The answers of routers where no route serves a request: 404, 405, and the redirect of slashes.
_SAYS_NOTHING: Final = {404, 405, 307}
_STARTS: Final = {"http.response.start", "websocket.accept"}


class GuardedRoute:
    """Decides about the requests of a route, and then calls its application.

    Args:
        admissions: Decides.
        rule: The rule of the route.
        served: Has the application of the route.
        is_stream: Whether it ends with the credential.
    """

    __slots__ = ("_admissions", "_is_stream", "_rule", "_served")

    def __init__(
        self, admissions: Admissions, rule: Rule, served: Served, *, is_stream: bool
    ) -> None:
        self._admissions = admissions
        self._rule = rule
        self._served = served
        self._is_stream = is_stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            await self._admissions.admit(self._rule, HTTPConnection(scope))
        except HTTPException as error:
            await fail(error, None, scope, receive, send)
            return
        if self._is_stream:
            await self._admissions.serve(self._served.app, scope, receive, send)
        else:
            await self._served.app(scope, receive, send)


class GuardedRouters:
    """Decides about the requests that FastAPI's routers find a route for, and then calls these.

    Args:
        admissions: Decides.
        router: The router of the application.
        routers: FastAPI's routers, and the further routes behind them.
    """

    def __init__(self, admissions: Admissions, router: Router, routers: Unmatched) -> None:
        self._admissions = admissions
        self._router = router
        self._routers = routers
        self._closed = Rule()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._routers(scope, receive, send)
            return
        further = self._routers.further(scope)
        if further is not None and further.path in PROBES:
            await self._routers(scope, receive, send)
            return
        target = further or target_of(self._routers.routes_for(scope), scope)
        if target is None and self._router.default == self._router.not_found:
            await self._serve_unknown(scope, receive, send)
            return
        rule = self._admissions.rule_of(target)
        if rule is None:
            await self._routers(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        await self._admissions.admit(rule, connection)
        if scope["type"] == "websocket" or is_stream(target):
            await self._admissions.serve(self._routers, scope, receive, send)
        else:
            await self._routers(scope, receive, send)

    async def _serve_unknown(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a connection without a route: a 404, a 405, a redirect or a frontend."""

        async def send_admitted(message: Message) -> None:
            if message["type"] in _STARTS and message.get("status") not in _SAYS_NOTHING:
                await self._admissions.admit(self._closed, HTTPConnection(scope))
            await send(message)

        is_closed = self._admissions.guards.login_required
        await self._routers(scope, receive, send_admitted if is_closed else send)


def is_stream(route: object) -> bool:
    """Return whether a route is known to answer with a stream."""
    response = getattr(route, "response_class", None)
    is_class = isinstance(response, type) and issubclass(response, StreamingResponse)
    return is_class or bool(getattr(route, "is_sse_stream", False))


class ApplicationAccess(RouteAccess):
    """The access of an application: what its index asks before it calls a route.

    Args:
        admissions: Decides.
        router: The router of the application.
    """

    def __init__(self, admissions: Admissions, router: Router) -> None:
        self._admissions = admissions
        self._router = router

    @override
    def guarded(self, route: object, served: Served) -> ASGIApp | None:
        """Return what decides about the requests of a route; `None` if everyone may call it."""
        rule = self._admissions.rule_of(route)
        if rule is None:
            return None
        return GuardedRoute(self._admissions, rule, served, is_stream=is_stream(route))

    @override
    def around(self, routers: Unmatched) -> ASGIApp:
        """Return what decides about the requests that only FastAPI's routers find a route for."""
        return GuardedRouters(self._admissions, self._router, routers)
