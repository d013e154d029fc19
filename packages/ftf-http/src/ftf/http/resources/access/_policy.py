"""The policy of a resource: what it asks for each action, and the check before a body is read."""

from collections.abc import Awaitable, Callable, Iterable
from typing import TYPE_CHECKING, Any, ClassVar, Final, override

from starlette.requests import HTTPConnection

from ftf.container import Container
from ftf.orm import QueryBuilder

from ...injection._early_checks import EarlyCheck, EarlyDependency
from ...request._scope import scope_of
from ..answers._shape import Shape

if TYPE_CHECKING:
    from ...auth import Gate
    from ...auth.policies._registry import PolicyRegistry

type Visibility = Callable[[type[object], QueryBuilder[Any]], Awaitable[QueryBuilder[Any]]]

# The ability that an action asks about a record, or for `store` about none.
ABILITIES: Final = {
    "show": "view",
    "store": "create",
    "update": "update",
    "replace": "update",
    "destroy": "delete",
    "store_many": "create",
    "update_many": "update",
    "destroy_many": "delete",
}
_OPTIONAL: Final = {"view"}  # `visible` decides already


class ResourcePolicy:
    """The policy of a resource.

    Args:
        name: The name of the controller, for errors.
        model: The model of the records.
        policy: The policy.
        shape: What the answers of the controller show.

    Raises:
        TypeError: It is not a policy.
    """

    def __init__(self, name: str, model: type, policy: Any, shape: Shape) -> None:  # noqa: ANN401  # what users wrote
        from ...auth.policies._policy import Policy  # noqa: PLC0415  # where there are policies
        from ...auth.policies._registry import user_of  # noqa: PLC0415

        if not (isinstance(policy, type) and issubclass(policy, Policy)):
            raise TypeError(f"{name}.policy must be a class of `Policy`, not {policy!r}.")
        self.model, self.policy, self.shape = model, policy, shape
        self.user: object | None = user_of(policy)

    def __str__(self) -> str:
        return self.policy.__qualname__

    def missing(self, actions: Iterable[str]) -> list[str]:
        """Return the abilities that actions need and the policy does not have."""
        needed = ["visible", *(ABILITIES[each] for each in actions if each in ABILITIES)]
        return [
            each
            for each in dict.fromkeys(needed)
            if each not in _OPTIONAL and not callable(getattr(self.policy, each, None))
        ]

    def ability(self, name: str) -> Callable[..., Any] | None:
        """Return an ability of the policy, if it has it."""
        found: Callable[..., Any] | None = getattr(self.policy, name, None)
        return found

    def fault(self, container: Container) -> Exception | None:
        """Return why the policy cannot be asked in an application."""
        from ...auth.policies._registry import PolicyRegistry  # noqa: PLC0415

        found = None
        if PolicyRegistry in container:
            found = container.resolve(PolicyRegistry).policies.get(self.model)
        if found is not None and issubclass(found, self.policy):
            return self._never_none(container.resolve(PolicyRegistry))
        call = f"app.add_policy({self.model.__name__}, {self.policy.__name__})"
        return ValueError(
            f"{self.policy.__qualname__} is the policy of the resource, and was not added for "
            f"{self.model.__name__}.\nAdd it before the start: `{call}`."
        )

    def _never_none(self, policies: "PolicyRegistry") -> Exception | None:
        for place, related in self.shape.never_none():
            if policies.narrows(related.model):
                name = related.model.__name__
                return ValueError(
                    f"{place} shows one {name}, which the policy of {name} may hide from a user: "
                    "let the field be null, as in `AuthorOut | None`, or write "
                    "`Annotated[AuthorOut, Unnarrowed]` to show it to all."
                )
        return None


class PolicyCheck(EarlyCheck):
    """Asks the policy of a resource what needs no record, before the body is read.

    Args:
        policy: The policy.
        asks: The ability, or "" for none.
    """

    answers: ClassVar[tuple[int, ...]] = (401, 403)

    def __init__(self, policy: ResourcePolicy, asks: str) -> None:
        self._policy = policy
        self._asks = asks

    @override
    async def __call__(self, connection: HTTPConnection) -> None:
        """Ask the ability, once for a request.

        Raises:
            HTTPException: The policy refuses.
        """
        ability = self._policy.ability(self._asks) if self._asks else None
        asked: set[int] = connection.scope.setdefault("ftf.http.asked_policies", set())
        if ability is not None and id(self) not in asked:
            asked.add(id(self))
            gate = await gate_of(connection, self._policy)
            await gate.authorize(ability)

    @override
    def fault(self, container: Container) -> Exception | None:
        """Return why the policy cannot be asked."""
        return self._policy.fault(container)


def policy_check(policy: ResourcePolicy, action: str) -> EarlyDependency:
    """Return the dependency of an action that asks its policy."""
    return EarlyDependency(
        PolicyCheck(policy, "create" if ABILITIES.get(action) == "create" else "")
    )


async def gate_of(connection: HTTPConnection, policy: ResourcePolicy) -> "Gate[Any]":
    """Return the gate of a request for the users of a policy."""
    gate = await _gate_for(connection, policy.user)
    return gate._about(policy.model)  # noqa: SLF001  # of this package


async def _gate_for(connection: HTTPConnection, user: object) -> "Gate[Any]":
    from ...auth.policies._gate import Gate  # noqa: PLC0415

    gate: Gate[Any] = await scope_of(connection.scope).aresolve(Gate[user])  # type: ignore[valid-type]  # a class of users
    return gate


def visibility_of(connection: HTTPConnection) -> Visibility:
    """Return what narrows the query of a rule by the policy that is its `visible`."""

    async def narrowed(policy: type[object], query: QueryBuilder[Any]) -> QueryBuilder[Any]:
        from ...auth.policies._registry import user_of  # noqa: PLC0415

        gate = await _gate_for(connection, user_of(policy))
        return await gate.visible(query.model, query)

    return narrowed
