"""The check of start-up: the rule of each route can hold."""

from collections.abc import Iterable, Iterator
from typing import cast

from starlette.routing import BaseRoute

from ftf.container import Container, DependencyResolutionError

from ...exceptions import RouteFault
from ...injection._endpoint import injected_parameters
from ...routing._index_entries import finds_by_itself
from ...routing._tree import walk
from .._current_user import UserClass, demands_user, user_class
from .._users import Users
from ..exceptions import InvalidAuthError
from ._admissions import Admissions
from ._around import Around
from ._guards import Guards
from ._rule import Rule

type Classes = tuple[type, ...]

_NO_GUARDS = (
    "The route demands a credential, and the application has no guard.\n"
    'Add one: `app.add_guard("api", BearerGuard)`.'
)
_HIDDEN = (
    "A router or route class has a `matches` or `handle` of its own, so that what it serves is not "
    "known before its body is read.\nDeclare the route on the application itself, or inherit from "
    "FastAPI's classes without replacing these methods."
)
_NO_USERS = (
    "The handler takes `CurrentUser`, and the application does not know its users.\n"
    "Pass them, `AuthProvider(users=...)`, or add `OrmStores(User, User.email, Login)`."
)
_RECORD = (
    "The container would make a new, empty {0}, which is no service.\n"
    "Write `CurrentUser[{0}]` for the user of the request, and `Auth[{0}]` in a constructor."
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


def access_faults(
    container: Container, routes: list[BaseRoute], around: Around
) -> Iterator[RouteFault]:
    """Return why the rules of routes cannot hold, and register what their handlers take.

    Args:
        container: The container of the application.
        routes: Its routes, without those of mounted applications.
        around: The marks around them.
    """
    known = container.resolve(Admissions) if Admissions in container else None
    admissions = known or Admissions(container, Guards(), "")
    users = _user_classes(container, walk(routes))
    for top in routes:
        hidden = finds_by_itself(top)
        for route in walk([top]):
            rule = admissions.rule_of(route, around)
            place = _place(route)
            if rule is not None:
                reasons = [_HIDDEN] if hidden else [*_reasons(rule, admissions.guards)]
                yield from (RouteFault(place, reason) for reason in reasons)
            yield from (RouteFault(place, each) for each in _user_faults(container, route, users))


def _place(route: object) -> str:
    methods = ",".join(sorted(getattr(route, "methods", None) or ("ANY",)))
    return f"{methods} {getattr(route, 'path', None) or getattr(route, 'host', '')}"


def _reasons(rule: Rule, guards: Guards) -> Iterator[str]:
    yield from rule.faults
    if not guards.names:
        yield _NO_GUARDS
    for name in guards.unknown(rule.guards):
        known = ", ".join(map(repr, guards.names)) or "none"
        yield f"There is no guard named {name!r}; the application has {known}."


def _user_faults(container: Container, route: object, users: Classes) -> Iterator[str]:
    dependant = getattr(route, "dependant", None)
    if dependant is None:
        return
    known = container.resolve(UserClass).cls if UserClass in container else None
    for _, key in injected_parameters(dependant):
        if demands_user(key) is None:
            for cls in _empty_records(container, key, users):
                yield _RECORD.format(cls.__qualname__)
        elif Users not in container:
            yield _NO_USERS
        elif known is not None and not issubclass(known, cast("type", user_class(key))):
            name = known.__qualname__
            yield f"The users of the application are of the class {name}: `CurrentUser[{name}]`."


def _user_classes(container: Container, routes: Iterable[object]) -> Classes:
    """Return the classes of users, as far as providers and handlers name them."""
    found = [container.resolve(UserClass).cls] if UserClass in container else []
    for dependant in (getattr(route, "dependant", None) for route in routes):
        for _, key in injected_parameters(dependant) if dependant is not None else ():
            named = user_class(key) if demands_user(key) is not None else None
            found += [named] if isinstance(named, type) and named is not object else []
    return tuple(found)


def _empty_records(container: Container, key: object, users: Classes) -> Iterator[type]:
    """Return the models and classes of users that the container would make for a service."""
    try:
        keys = container.explain(key).keys
    except DependencyResolutionError:  # which is reported with all of its kind
        keys = frozenset([key])
    made = (each for each in keys if isinstance(each, type) and each not in container)
    # `__mapper__` is of SQLAlchemy's models; it is not loaded where nothing else needs it.
    yield from (each for each in made if hasattr(each, "__mapper__") or issubclass(each, users))
