"""The check of start-up: the rule of each route can hold."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, cast

from starlette.routing import BaseRoute

from ftf.container import Container

from ...exceptions import RouteFault
from ...injection._early_checks import marks_of
from ...injection._endpoint import injected_parameters
from ...routing._index_entries import finds_by_itself
from ...routing._tree import walk
from .._current_user import UserClass, demands_user, user_class
from .._users import Users
from ..exceptions import InvalidAuthError
from ._access import AccessMark
from ._admissions import Admissions
from ._guards import Guards
from ._rule import Rule

_NO_GUARDS = (
    "The route demands a credential, and the application has no guard.\n"
    'Add one: `app.add_guard("api", BearerGuard)`.'
)
_HIDDEN = (
    "A router or route class has a `matches` or `handle` of its own, so that what it serves is not "
    "known before its body is read.\nDeclare the route on the application itself, or inherit from "
    "FastAPI's classes without replacing these methods."
)
_UNREACHED = (
    "A router around the route demands a credential or opens it, and FastAPI does not apply the "
    "dependencies of routers to routes and mounts of Starlette.\n"
    "Mark what the route calls: `Access(...)(endpoint)` or `public(endpoint)`."
)
_NO_USERS = (
    "The handler takes `CurrentUser`, and the application does not know its users.\n"
    "Pass them: `AuthProvider(users=...)`."
)


def check_index(container: Container, *, is_indexed: bool) -> None:
    """Check that requests cannot pass the guards of an application by.

    Args:
        container: Its container.
        is_indexed: Whether its index, which asks the guards, stands in its router.

    Raises:
        InvalidAuthError: It has guards, and something stands in the place of the index.
    """
    if Admissions in container and not is_indexed:
        remedy = "Wrap the application, or add middleware: `app.add_middleware(...)`."
        reason = "was replaced, so that no guard would be asked"
        raise InvalidAuthError("app.router.middleware_stack", reason, remedy)


class Around(NamedTuple):
    """What an application has around all of its routes.

    Attributes:
        dependencies: Its dependencies.
        documentation: The paths of its OpenAPI document and of the pages that show it.
    """

    dependencies: Sequence[object]
    documentation: Sequence[str]


def access_faults(
    container: Container, routes: list[BaseRoute], around: Around
) -> Iterator[RouteFault]:
    """Return why the rules of routes cannot hold, and register what their handlers take.

    Args:
        container: The container of the application.
        routes: Its routes, without those of mounted applications.
        around: What it has around them.
    """
    known = container.resolve(Admissions) if Admissions in container else None
    admissions = known or Admissions(container, Guards(), "")
    for top in routes:
        hidden = finds_by_itself(top)
        for route in walk([top]):
            rule = admissions.rule_of(route)
            place = _place(route)
            if rule is not None:
                reasons = [_HIDDEN] if hidden else [*_reasons(rule, admissions.guards)]
                yield from (RouteFault(place, reason) for reason in reasons)
            yield from (RouteFault(place, each) for each in _user_faults(container, route))
        # The start reports the pages of the documentation among what is open.
        if getattr(top, "path", None) not in around.documentation:
            yield from _unreached([top], is_marked=_marks(around.dependencies))


def _unreached(routes: Iterable[BaseRoute], *, is_marked: bool) -> Iterator[RouteFault]:
    """Return the routes that a mark of their router does not reach, and that have none themselves.

    FastAPI gives the dependencies of routers to its own routes only.

    Args:
        routes: The routes.
        is_marked: Whether a router around them has a mark.
    """
    for route in routes:
        router = getattr(route, "original_router", None)
        if router is not None:
            context = getattr(route, "include_context", None)
            around = *(getattr(context, "dependencies", None) or ()), *router.dependencies
            yield from _unreached(router.routes, is_marked=is_marked or _marks(around))
        elif is_marked and not hasattr(route, "dependant") and not _has_mark(route):
            yield RouteFault(_place(route), _UNREACHED)


def _marks(dependencies: Iterable[object]) -> bool:
    return any(isinstance(each, AccessMark) for each in dependencies)


def _has_mark(route: object) -> bool:
    targets = (getattr(route, name, None) for name in ("endpoint", "app"))
    return any(isinstance(mark, AccessMark) for each in targets for mark in marks_of(each))


def _place(route: object) -> str:
    methods = ",".join(sorted(getattr(route, "methods", None) or ("ANY",)))
    return f"{methods} {getattr(route, 'path', None) or getattr(route, 'host', '')}"


def _reasons(rule: Rule, guards: Guards) -> Iterator[str]:
    yield from (f"The route {fault}." for fault in rule.faults)
    if not guards.names:
        yield _NO_GUARDS
    for name in guards.unknown(rule.guards):
        known = ", ".join(map(repr, guards.names)) or "none"
        yield f"There is no guard named {name!r}; the application has {known}."


def _user_faults(container: Container, route: object) -> Iterator[str]:
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return
    known = container.resolve(UserClass).cls if UserClass in container else None
    for _, key in injected_parameters(dependant):
        if demands_user(key) is None:
            continue
        if Users not in container:
            yield _NO_USERS
        elif known is not None and not issubclass(known, cast("type", user_class(key))):
            name = known.__qualname__
            yield f"The users of the application are of the class {name}: `CurrentUser[{name}]`."
