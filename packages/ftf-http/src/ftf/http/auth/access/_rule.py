"""`Rule`: what all marks of a route demand together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from fastapi.dependencies.models import Dependant
from starlette.routing import BaseRoute

from ...injection._early_checks import EarlyCheck, checks_of
from ...injection._endpoint import injected_parameters
from .._current_user import demands_user
from ._access import AccessCheck, Demand
from ._around import Around
from ._marks import (
    has_marked_dependencies,
    has_marked_methods,
    marked_below,
    marks_of_route,
    marks_on,
)

_BOTH = (
    "The route is public and demands a credential on one handler: remove `@public` or the other "
    "mark."
)
_LISTED = (
    "The route is public and demands a credential in one list of dependencies: remove `public` or "
    "the other mark."
)
_DEMANDS = (
    "The route is public, but demands {}: remove `@public`, or what demands it around the route."
)
_USER = "The route is public, but its handler takes `CurrentUser`: write `CurrentUser[... | None]`."
_FUNCTION = (
    "The function of a dependency has a mark, which nothing asks.\n"
    "Mark the handler, or write `dependencies=[Access(...)]` without `Depends`."
)
_BELOW = (
    "A dependency of the handler depends on a mark that the marks of the route overrule, or that "
    "would open it.\nMark the route with the same guards, and remove `public` there."
)
_METHODS = (
    "A method of the class that the route calls has a mark, which nothing asks.\n"
    "Mark the class: `@Access(...)` above it."
)
_MOUNTED = (
    "A route below it has a mark, and no guard is asked about the routes of a mounted "
    "application.\nMark what is mounted, `Access(...)(other_app)`, or declare the route on the "
    "application itself."
)
_UNREACHED = (
    "A router around the route demands a credential or opens it, and FastAPI does not apply the "
    "dependencies of routers to routes and mounts of Starlette.\n"
    "Mark what the route calls: `Access(...)(endpoint)` or `public(endpoint)`."
)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """What all marks of a route demand together.

    Attributes:
        guards: The names of the guards that may answer; all guards of the application if empty.
        scopes: What the credential has to allow.
        max_age: How long ago the user may have proved who they are.
        is_required: Whether a credential is demanded.
        is_read: Whether a credential is read where none is demanded.
        checks: The marks that it is made of.
        limits: Further early checks of the route, which count a refused request.
        faults: Why it cannot hold; then it admits no request.
    """

    guards: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    max_age: timedelta | None = None
    is_required: bool = True
    is_read: bool = True
    checks: frozenset[AccessCheck] = frozenset()
    limits: tuple[EarlyCheck, ...] = ()
    faults: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether everyone may call the route."""
        return not (self.is_required or self.faults)

    @classmethod
    def of(cls, levels: Sequence[Sequence[AccessCheck]], *, required: bool | None) -> Self:
        """Return the rule of marks.

        Args:
            levels: The marks of each place, the outermost first.
            required: Whether a credential is demanded where no mark says so; `None` if nothing
                asks who sends the request.
        """
        checks = [check for level in levels for check in level]
        demands = [check.demand for check in checks]
        scopes = frozenset().union(*(each.scopes for each in demands))
        ages = [each.max_age for each in demands if each.max_age is not None]
        login, contradicts = _login(levels)
        further = {"scopes": bool(scopes), "a recent login": bool(ages)}
        faults = [_BOTH] if contradicts else []
        if login is False:
            named = (name for name, is_demanded in further.items() if is_demanded)
            faults += map(_DEMANDS.format, named)
        return cls(
            guards=_guards(levels),
            scopes=scopes,
            max_age=min(ages, default=None),
            is_required=bool(required if login is None else login) or any(further.values()),
            checks=frozenset(checks),
            faults=tuple(faults),
        )


def _login(levels: Sequence[Sequence[AccessCheck]]) -> tuple[bool | None, bool]:
    """Return what the nearest marks say about a credential, and whether they contradict."""
    for level in reversed(levels):
        found = {check.demand.login for check in level} - {None}
        if found:
            return True in found, len(found) > 1
    return None, False


def _guards(levels: Sequence[Sequence[AccessCheck]]) -> frozenset[str]:
    """Return the nearest guards."""
    for level in reversed(levels):
        found = frozenset().union(*(check.demand.guards for check in level))
        if found:
            return found
    return frozenset()


def rule_of(route: BaseRoute, *, login_required: bool, around: Around) -> Rule | None:
    """Return the rule of a route; `None` if everyone may call it, and no mark around it says else.

    Args:
        route: A route, or the `RouteContext` of one of its inclusions.
        login_required: Whether a credential is demanded where no mark says otherwise.
        around: The marks around the routes of the application.
    """
    dependant = getattr(route, "dependant", None)
    if isinstance(dependant, Dependant):
        return _rule_of(route, dependant, login_required=login_required, around=around)
    own = [*marks_of_route(route)]
    rule = Rule.of([own], required=login_required or None)
    faults = [*rule.faults]
    if has_marked_methods(route):
        faults.append(_METHODS)
    if any(marked_below(route)):
        faults.append(_MOUNTED)
    if not own and around.misses(route):
        faults.append(_UNREACHED)
    return replace(rule, faults=(*faults,)) if rule.is_required or faults else None


def _rule_of(
    route: BaseRoute, dependant: Dependant, *, login_required: bool, around: Around
) -> Rule | None:
    found = [*checks_of(dependant)]
    own = [*marks_on(dependant.call)]
    direct: list[object] = [dependency.call for dependency in dependant.dependencies]
    marks = [each for each in found if isinstance(each, AccessCheck) and each not in own]
    outer = [each for each in marks if each in direct]
    below = [each for each in marks if each not in direct]
    wanted = {demands_user(key) for _, key in injected_parameters(dependant)} - {None}
    required = login_required or True in wanted
    rule = Rule.of([*([each] for each in (*below, *outer)), own], required=required)
    faults = [*rule.faults]
    is_public = not rule.is_required
    if is_public and True in wanted:
        faults.append(_USER)
    if has_marked_methods(route):
        faults.append(_METHODS)
    if has_marked_dependencies(dependant):
        faults.append(_FUNCTION)
    if any(_is_overruled(each.demand, rule) for each in below):
        faults.append(_BELOW)
    if len({check.demand.is_public for check in outer}) > 1 and around.contradicts(route):
        faults.append(_LISTED)
    if is_public and not (wanted or faults) and not any(each.demand.login for each in rule.checks):
        return None
    limits = tuple(each for each in found if not isinstance(each, AccessCheck))
    is_read = rule.is_required or bool(wanted)
    return replace(rule, is_read=is_read, limits=limits, faults=(*faults,))


def _is_overruled(demand: Demand, rule: Rule) -> bool:
    """Return whether a rule does not hold what a dependency of the handler demands."""
    is_open = demand.is_public or (demand.login is True and not rule.is_required)
    return is_open or bool(demand.guards and not rule.guards <= demand.guards)
