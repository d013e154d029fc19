"""The check of start-up: every policy can decide, and those that handlers name were added."""

from collections.abc import Iterable, Iterator

from fastapi.dependencies.models import Dependant

from ftf.container import Container, GraphError

from ...exceptions import RouteFault
from .._current_user import UserClass
from .._users import Users
from .._visitor import Visitor
from ._gate import Gate
from ._references import policies_named_by
from ._registry import PolicyRegistry, user_of
from ._user_source import UserSource
from .exceptions import InvalidPoliciesError

_NO_SOURCE = (
    "Nothing knows who sends a request.\n"
    'Add a guard: `app.add_guard("api", BearerGuard)`, or register a `UserSource`.'
)
_NO_USERS = (
    "The policy decides about users, and the application does not know them.\n"
    "Pass them: `AuthProvider(users=...)`."
)


def validate_policies(container: Container, places: Iterable[tuple[str, Dependant]]) -> None:
    """Check that every policy can decide, and that those which handlers name were added.

    Args:
        container: The container.
        places: The routes of the application, by method and path.

    Raises:
        InvalidPoliciesError: A policy cannot, or was not added; the error holds every fault.
    """
    registry = PolicyRegistry()
    if PolicyRegistry in container:
        registry = container.resolve(PolicyRegistry)
    faults = [*_without_user(container, registry), *_of_methods(registry)]
    for place, dependant in places:
        faults += _not_added(registry, place, dependant)
    if faults:
        raise InvalidPoliciesError(faults)


def _of_methods(registry: PolicyRegistry) -> Iterator[RouteFault]:
    for ability in registry.methods():
        if fault := ability.fault():
            yield RouteFault(str(ability), fault)


def _without_user(container: Container, registry: PolicyRegistry) -> Iterator[RouteFault]:
    for policy in registry.policies.values():
        user = user_of(policy)
        try:
            container.validate(Gate[user])  # type: ignore[valid-type]  # a class of users
        except GraphError as error:
            yield RouteFault(policy.__qualname__, f"{_NO_SOURCE}\n{error}")
        else:
            if reason := _not_of_guards(container, user):
                yield RouteFault(policy.__qualname__, reason)


def _not_of_guards(container: Container, user: object) -> str:
    """Return why the guards do not know users of a class, if they are asked for them."""
    source = container.explain(UserSource[user])  # type: ignore[valid-type]  # a class of users
    if Visitor not in source.keys:  # another source of users
        return ""
    if Users not in container:
        return _NO_USERS
    known = container.resolve(UserClass).cls if UserClass in container else None
    if known is None or not isinstance(user, type) or issubclass(known, user):
        return ""
    return (
        f"The users of the application are of the class {known.__qualname__}: `Policy[...]` of it."
    )


def _not_added(registry: PolicyRegistry, place: str, dependant: Dependant) -> Iterator[RouteFault]:
    for policy in policies_named_by(dependant.call) if dependant.call else ():
        if not registry.has(policy):
            name = policy.__qualname__
            remedy = f"Add it before the start: `app.add_policy(Model, {name})`."
            yield RouteFault(place, f"The handler asks {name}, which was not added.\n{remedy}")
    for below in dependant.dependencies:
        yield from _not_added(registry, place, below)
