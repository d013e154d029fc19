"""How access becomes a part of an application: its services, and what its index asks."""

from collections.abc import Collection, Sequence
from typing import Protocol

from starlette.routing import BaseRoute, Route, Router

from ftf.container import Container

from ...routing._index import RouteIndex
from ...routing._openapi import documentation_urls
from .._auth import Auth
from .._challenge import Challenge
from .._clock import Clock
from .._guard import Guard
from .._identity import Identity
from .._visitor import Visitor
from ..connections._live_connections import LiveConnections
from ..policies._user_source import UserSource
from ._access import Decider, public
from ._admissions import Admissions
from ._around import Around
from ._credentials import Credentials
from ._guarded_route import ApplicationAccess
from ._guards import Guards
from ._open_routes import OpenRoute, open_routes
from ._openapi import Json, document_access


class Application(Protocol):
    """What access needs of an application."""

    title: str

    @property
    def router(self) -> Router:
        """The application's router."""
        ...

    @property
    def routes(self) -> list[BaseRoute]:
        """The application's routes."""
        ...

    @property
    def container(self) -> Container:
        """The application's container."""
        ...


def guards_of(app: Application, index: RouteIndex) -> Guards:
    """Return the guards of an application; the first call makes its index ask them."""
    container = app.container
    if Admissions not in container:
        guards = Guards()
        admissions = Admissions(container, guards, app.title)
        container.instance(Guards, guards)
        container.instance(Credentials, Credentials(container, guards))
        container.instance(Admissions, admissions)
        container.instance(Decider, admissions)
        if Clock not in container:
            container.register(Clock, scope="singleton")
        container.register(LiveConnections, admissions.connections, scope="singleton")
        container.register(Visitor, admissions.visitor, scope="scoped")
        container.register(Identity, admissions.identity, scope="scoped")
        container.register(Challenge, admissions.challenge)
        container.register(Auth, scope="scoped")
        if UserSource not in container:
            container.register(UserSource, Auth, scope="scoped")  # type: ignore[type-abstract]  # a port
    admissions = container.resolve(Admissions)
    if not index.is_guarded:
        index.guard(ApplicationAccess(admissions, app.router, around(app)))
    return admissions.guards


def guard_by_container(app: Application, index: RouteIndex) -> None:
    """Make the index of an application ask the guards that another one has given its container."""
    if Admissions in app.container:
        guards_of(app, index)


def add_guard(app: Application, index: RouteIndex, name: str, guard: type[Guard]) -> None:
    """Add a guard; the container builds it for each request, unless it is registered."""
    guards_of(app, index).add(name, guard)
    if guard not in app.container:
        app.container.register(guard, scope=guard.lifetime)


def require_login(
    app: Application, index: RouteIndex, further: Sequence[Route], *, open_paths: Collection[str]
) -> None:
    """Make every route demand a credential, unless a mark says otherwise.

    Args:
        app: The application.
        index: Its index.
        further: The routes that it serves after those of its router.
        open_paths: The paths of Starlette routes that are marked public.
    """
    guards_of(app, index).login_required = True
    for route in (*app.routes, *further):
        if type(route) is Route and route.path in open_paths:
            public(route.endpoint)


def admissions_of(container: Container) -> Admissions | None:
    """Return what decides about the requests of an application; `None` without guards."""
    return container.resolve(Admissions) if Admissions in container else None


def around(app: Application) -> Around:
    """Return the marks that an application has around its routes."""
    return Around(app.router, lambda: documentation_urls(app))


def open_routes_of(app: Application) -> Sequence[OpenRoute]:
    """Return the routes that everyone may call."""
    admissions = admissions_of(app.container)
    required = admissions is not None and admissions.guards.login_required
    return open_routes(app.routes, login_required=required, around=around(app))


def has_guards(app: Application) -> bool:
    """Return whether something decides about the requests of an application."""
    return admissions_of(app.container) is not None


def open_by_default(app: Application) -> Sequence[OpenRoute]:
    """Return the routes that are open although no mark says so, where there are guards."""
    if not has_guards(app):
        return ()
    return [each for each in open_routes_of(app) if not each.is_marked]


def document(app: Application, document: Json) -> None:
    """Add what routes demand to an OpenAPI document, in place."""
    admissions = admissions_of(app.container)
    if admissions is not None:
        document_access(document, app.routes, admissions, around(app))
