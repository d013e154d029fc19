"""`Rule`: what all marks of a route demand together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Self

from fastapi.dependencies.models import Dependant

from ...injection._early_checks import EarlyCheck, checks_of, marks_of
from ...injection._endpoint import injected_parameters
from .._current_user import demands_user
from ._access import AccessCheck

_BOTH = "is public and demands a credential on one handler: remove `@public` or the other mark"
_DEMANDS = "is public, but demands {}: remove `@public`, or what demands it around the route"
_USER = "is public, but its handler takes `CurrentUser`: write `CurrentUser[... | None]`"


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
        faults: Why it cannot hold, as ends of sentences that begin with the route.
    """

    guards: frozenset[str] = frozenset()
    scopes: frozenset[str] = frozenset()
    max_age: timedelta | None = None
    is_required: bool = True
    is_read: bool = True
    checks: frozenset[AccessCheck] = frozenset()
    limits: tuple[EarlyCheck, ...] = ()
    faults: tuple[str, ...] = ()

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
            faults += [
                _DEMANDS.format(name) for name, is_demanded in further.items() if is_demanded
            ]
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


def rule_of(route: object, *, login_required: bool) -> Rule | None:
    """Return the rule of a route; `None` if everyone may call it, and no mark around it says else.

    Args:
        route: A route, or the `RouteContext` of one of its inclusions.
        login_required: Whether a credential is demanded where no mark says otherwise.
    """
    dependant = getattr(route, "dependant", None)
    if not isinstance(dependant, Dependant):
        marked = (getattr(route, name, None) for name in ("endpoint", "app"))
        own = [check for each in marked for check in _marks(each)]
        rule = Rule.of([own], required=login_required or None)
        return rule if rule.is_required or rule.faults else None
    return _rule_of(dependant, login_required=login_required)


def _rule_of(dependant: Dependant, *, login_required: bool) -> Rule | None:
    found = [*checks_of(dependant)]
    own = [*_marks(dependant.call)]
    around = [each for each in found if isinstance(each, AccessCheck) and each not in own]
    wanted = {demands_user(key) for _, key in injected_parameters(dependant)} - {None}
    required = login_required or True in wanted
    rule = Rule.of([*([each] for each in around), own], required=required)
    faults = rule.faults
    is_public = not rule.is_required
    if is_public and True in wanted:
        faults = (*faults, _USER)
    if is_public and not (wanted or faults) and not any(each.demand.login for each in rule.checks):
        return None
    limits = tuple(each for each in found if not isinstance(each, AccessCheck))
    is_read = rule.is_required or bool(wanted)
    return replace(rule, is_read=is_read, limits=limits, faults=faults)


def _marks(target: object) -> Iterator[AccessCheck]:
    for mark in marks_of(target):
        if isinstance(mark.dependency, AccessCheck):
            yield mark.dependency
