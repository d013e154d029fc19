"""Applications of routes, and of FastAPI's routers, that decide about a request first."""

from collections.abc import Iterator
from typing import Final, cast, override

from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.responses import StreamingResponse
from starlette.routing import BaseRoute, Router
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ...plan._failure import fail
from ...routing._index_entries import RouteAccess, Served
from ...routing._index_routes import HasRoutes, Watch, included_routers
from ...routing._probe import PROBES
from ...routing._tree import mounts
from ...routing._unmatched import Unmatched
from ._admissions import Admissions
from ._around import Around
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
        around: The marks around its routes.
        routers: FastAPI's routers, and the further routes behind them.
    """

    def __init__(
        self, admissions: Admissions, router: Router, around: Around, routers: Unmatched
    ) -> None:
        self._admissions = admissions
        self._router = router
        self._around = around
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
        rule = self._rule_of(target)
        if rule is None:
            await self._routers(scope, receive, send)
            return
        connection = HTTPConnection(scope)
        await self._admissions.admit(rule, connection)
        if scope["type"] == "websocket" or is_stream(target):
            await self._admissions.serve(self._routers, scope, receive, send)
        else:
            await self._routers(scope, receive, send)

    def _rule_of(self, target: BaseRoute | None) -> Rule | None:
        """Return the rule of a route, or of what the router serves without one."""
        if target is None:
            return self._closed if self._admissions.guards.login_required else None
        return self._admissions.rule_of(target, self._around)

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


class GuardedMount:
    """Decides about the requests of a mounted application, by the routes that it has by then.

    Args:
        access: The access of the application.
        route: The mount.
        served: Has the mounted application.
    """

    def __init__(self, access: "ApplicationAccess", route: BaseRoute, served: Served) -> None:
        self._access = access
        self._route = route
        self._served = served
        self._watches: list[Watch] = []
        self._guarded: ASGIApp | None = None
        self._decide()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if any(watch.has_changed() for watch in self._watches):
            self._decide()
        await (self._guarded or self._served.app)(scope, receive, send)

    def _decide(self) -> None:
        self._watches = [*_watches(self._route)]  # first: a change in the meantime is seen
        self._guarded = self._access.decided(self._route, self._served)


def _watches(mounted: BaseRoute) -> Iterator[Watch]:
    """Return what says whether the routes of a mounted application have changed."""
    for _, app, below in mounts([mounted]):
        yield Watch(cast("HasRoutes", app), included_routers(below))
        for route in below:
            yield from _watches(route)


class ApplicationAccess(RouteAccess):
    """The access of an application: what its index asks before it calls a route.

    Args:
        admissions: Decides.
        router: The router of the application.
        around: The marks around its routes.
    """

    def __init__(self, admissions: Admissions, router: Router, around: Around) -> None:
        self._admissions = admissions
        self._router = router
        self._around = around

    @override
    def guarded(self, route: BaseRoute, served: Served) -> ASGIApp | None:
        """Return what decides about the requests of a route; `None` if everyone may call it."""
        if any(mounts([route])):
            return GuardedMount(self, route, served)
        return self.decided(route, served)

    def decided(self, route: BaseRoute, served: Served) -> ASGIApp | None:
        """Return what decides about requests as the route is now; `None` if everyone may call it.

        Args:
            route: The route.
            served: Has the application of the route.
        """
        rule = self._admissions.rule_of(route, self._around)
        if rule is None:
            return None
        return GuardedRoute(self._admissions, rule, served, is_stream=is_stream(route))

    @override
    def around(self, routers: Unmatched) -> ASGIApp:
        """Return what decides about the requests that only FastAPI's routers find a route for."""
        return GuardedRouters(self._admissions, self._router, self._around, routers)
