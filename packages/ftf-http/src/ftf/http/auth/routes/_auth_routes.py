"""`auth_routes`: the ready routes of an application's users."""

from collections.abc import Sequence
from types import new_class
from typing import Any, Final

from ...routing._controller import Controller
from ...routing._route import Router
from ._account_routes import AccountRoutes
from ._session_routes import SessionRoutes
from ._token_routes import TokenRoutes

_ROUTES: Final[Sequence[type[Controller]]] = (TokenRoutes, SessionRoutes, AccountRoutes)


def auth_routes(
    user: type, *, routes: Sequence[type[Controller]] = _ROUTES, prefix: str = "/auth"
) -> Router:
    """Return a router with login, logout, registration and what belongs to them.

    A subclass of one of the groups replaces it, and a method that it overrides keeps its route:
    `class Mine(TokenRoutes[User]): ...`, `auth_routes(User, routes=[Mine, SessionRoutes])`.

    Args:
        user: The class of users.
        routes: The groups of routes: `TokenRoutes`, `CookieRoutes`, `SessionRoutes`,
            `AccountRoutes`, `EmailRoutes` or subclasses; by default all but `CookieRoutes` and
            `EmailRoutes`.
        prefix: The start of every path.

    Returns:
        The router, for `app.include_router(...)`.
    """
    router = Router(prefix=prefix, tags=["auth"])
    for group in routes:
        router.add_controller(_of_user(group, user))
    return router


def _of_user(group: Any, user: type) -> type[Controller]:  # noqa: ANN401  # a class that may be generic
    """Return a group whose type parameter, if it has one, is the class of users."""
    if not getattr(group, "__parameters__", ()):
        return group  # type: ignore[no-any-return]  # a subclass for one class of users
    # The container creates no class of a module of Python's own, such as `types`.
    module = {"__module__": group.__module__}
    return new_class(group.__name__, (group[user],), exec_body=lambda names: names.update(module))
