"""`Gate`: asks policies what the user of a request may do."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Concatenate, Never, override

from ftf.container import Scope

from ..exceptions import Unauthenticated
from ._ability import BEFORE, Ability
from ._decision import UNAUTHENTICATED, Decision, Verdict, allow, decision_of
from ._observer import observed
from ._policy import Policy
from ._registry import PolicyRegistry
from ._user_source import UserSource
from .exceptions import AccessDenied, RecordHidden


class _Given[U](UserSource[U]):
    """A user that is given instead of the one of the request."""

    def __init__(self, user: U | None, instead_of: UserSource[U]) -> None:
        self._user = user
        self._instead_of = instead_of

    @override
    async def user(self) -> U | None:
        """Return the user."""
        return self._user

    @override
    def unauthenticated(self) -> Unauthenticated:
        """Return the error of a guest who may not go on."""
        return self._instead_of.unauthenticated()


class Gate[U]:
    """Asks policies what the user of this request may do; a service of each request.

    An ability is a reference to a method of a policy, such as `PostPolicy.update`. Type checkers
    compare the further arguments with the parameters of the method.

    Args:
        scope: Builds the policies.
        policies: Those of the application.
        users: Knows the user of the request.
    """

    def __init__(self, scope: Scope, policies: PolicyRegistry, users: UserSource[U]) -> None:
        self._scope = scope
        self._policies = policies
        self._users = users
        self._model: type | None = None

    def for_user(self, user: U | None) -> "Gate[U]":
        """Return a gate that asks about another user, or about a guest."""
        return self._with(_Given(user, self._users), self._model)

    def _narrows(self, model: type) -> bool:
        """Return whether the policy of a model, if it has one, narrows what users see of it."""
        return self._policies.narrows(model)

    def _about(self, model: type) -> "Gate[U]":
        """Return a gate that asks the policy of a model, where several inherit an ability."""
        return self._with(self._users, model)

    def _with(self, users: UserSource[U], model: type | None) -> "Gate[U]":
        gate = Gate(self._scope, self._policies, users)
        gate._model = model
        return gate

    async def authorize[P: Policy[Never], **Q](
        self,
        ability: Callable[Concatenate[P, U, Q], Verdict | Awaitable[Verdict]],
        /,
        *args: Q.args,
        **kwargs: Q.kwargs,
    ) -> None:
        """Refuse the request, unless the user may.

        Args:
            ability: The ability, such as `PostPolicy.update`.
            args: What it is about.
            kwargs: What it is about.

        Raises:
            Unauthenticated: The request has no user, and the ability admits no guests: 401.
            AccessDenied: The policy denies: 403, unless the decision has another status.
            RecordHidden: The policy hides the record: 404.
            UnknownPolicyError: No policy has the ability.
        """
        asked = self._asked(ability, args, kwargs)
        self._refuse(await self._decide(asked, *args, **kwargs), asked)

    async def allows[P: Policy[Never], **Q](
        self,
        ability: Callable[Concatenate[P, U, Q], Verdict | Awaitable[Verdict]],
        /,
        *args: Q.args,
        **kwargs: Q.kwargs,
    ) -> bool:
        """Return whether the user may; see `authorize`."""
        return (await self.decide(ability, *args, **kwargs)).allowed

    async def decide[P: Policy[Never], **Q](
        self,
        ability: Callable[Concatenate[P, U, Q], Verdict | Awaitable[Verdict]],
        /,
        *args: Q.args,
        **kwargs: Q.kwargs,
    ) -> Decision:
        """Return what a policy decides, with the reason of a refusal; see `authorize`."""
        return await self._decide(self._asked(ability, args, kwargs), *args, **kwargs)

    async def visible[Q](self, model: type[object], query: Q) -> Q:
        """Return a query narrowed to the records that the user may see.

        Args:
            model: The model; the method `visible` of its policy narrows the query.
            query: The query. It is returned as it is if the policy's `before` allows.

        Raises:
            Unauthenticated: The request has no user, and `visible` admits no guests: 401.
            AccessDenied: The policy denies, by `before` or in place of a query.
            RecordHidden: The policy hides, by `before` or in place of a query.
            UnknownPolicyError: The model has no policy, or its policy no method `visible`.
            TypeError: `visible` returns no query.
        """
        asked = self._policies.visible(model)
        answer = await self._answer(asked, query)
        if isinstance(answer, Decision):
            self._refuse(observed(asked, answer), asked)
            return query
        if answer is None or isinstance(answer, bool):  # not `in`: queries define `==`
            raise TypeError(f"{asked} must return a query, not {answer!r}.")
        observed(asked, allow())
        return answer  # type: ignore[return-value]  # of the class that the policy declares

    def _asked(
        self, ability: Callable[..., object], args: tuple[object, ...], kwargs: Mapping[str, object]
    ) -> Ability:
        about = self._model or type(next(iter((*args, *kwargs.values())), None))
        return self._policies.ability(ability, about)

    async def _decide(self, asked: Ability, *args: object, **kwargs: object) -> Decision:
        return observed(asked, decision_of(await self._answer(asked, *args, **kwargs), asked))

    async def _answer(self, asked: Ability, *args: object, **kwargs: object) -> object:
        """Return what a policy answers, or the decision that is made before it is asked."""
        user = await self._users.user()
        if user is None and not asked.admits_guests:
            return UNAUTHENTICATED
        policy: object = await self._scope.aresolve(asked.policy)
        before = self._policies.before(asked)
        if before is not None and (user is not None or before.admits_guests):
            early = await _awaited(getattr(policy, BEFORE)(user))
            if early is not None:
                return decision_of(early, before)
        return await _awaited(getattr(policy, asked.name)(user, *args, **kwargs))

    def _refuse(self, decision: Decision, asked: Ability) -> None:
        """Raise what answers a refusal."""
        if decision.allowed:
            return
        if decision is UNAUTHENTICATED:
            raise self._users.unauthenticated()
        if decision.hidden:
            raise RecordHidden(decision, str(asked), asked.model)
        raise AccessDenied(decision, str(asked))


async def _awaited(answer: object) -> object:
    return await answer if isawaitable(answer) else answer
