"""`PolicyRegistry`: the policies of an application, by model and by ability."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import TypeVar

from ...injection._type_parameters import type_arguments
from ._ability import BEFORE, VISIBLE, Ability, AnyPolicy, abilities_of, takes_user
from ._policy import Policy
from .exceptions import InvalidPolicyError, UnknownPolicyError

type Method = Callable[..., object]

_ADD = "Add it: `app.add_policy({}, {})`."


class PolicyRegistry:
    """The policies of an application."""

    def __init__(self) -> None:
        self.policies: dict[type, type[AnyPolicy]] = {}
        self._abilities: defaultdict[Method, list[Ability]] = defaultdict(list)
        self._named: dict[tuple[type, str], Ability] = {}

    def add(self, model: object, policy: object) -> None:
        """Add the policy of a model.

        Raises:
            InvalidPolicyError: It is not a policy of a class of users, or the model has one.
        """
        if not isinstance(model, type):
            raise InvalidPolicyError(policy, f"is about {model!r}, not a class", "Pass the model.")
        added = _checked(policy)
        if model in self.policies:
            problem = f"is not the only policy of {model.__qualname__}"
            remedy = f"{self.policies[model].__qualname__} was added before: add one of them."
            raise InvalidPolicyError(policy, problem, remedy)
        self.policies[model] = added
        for function, ability in abilities_of(model, added):
            self._abilities[function].append(ability)

    def ability(self, function: Method, about: type) -> Ability:
        """Return the ability that a method reference names.

        Args:
            function: The reference, as `PostPolicy.update`.
            about: The class of what the ability is asked about. It decides between policies that
                inherit the method from one class.

        Raises:
            UnknownPolicyError: No policy has it, or several have.
        """
        found = self._abilities.get(function)
        if found is None:
            remedy = _ADD.format("Model", _owner(function))
            raise UnknownPolicyError(function, "is not an ability of a policy", remedy)
        if len(found) > 1:
            nearest = _nearest(found, about)
            if nearest is not None:
                return nearest
            if len({ability.policy for ability in found}) > 1:
                problem = f"is an ability of {', '.join(sorted(map(str, found)))}"
                remedy = "Refer to it by the class whose policy is meant, and override it there."
                raise UnknownPolicyError(function, problem, remedy)
        return found[0]

    def visible(self, model: type) -> Ability:
        """Return the method `visible` of the policy of a model.

        Raises:
            UnknownPolicyError: The model has no policy, or its policy no such method.
        """
        policy = self.policies.get(model)
        if policy is None:
            remedy = _ADD.format(model.__name__, f"{model.__name__}Policy")
            raise UnknownPolicyError(model, "has no policy", remedy)
        if not hasattr(policy, VISIBLE):
            remedy = f"Write `def {VISIBLE}(self, user, query)`, which returns the narrowed query."
            raise UnknownPolicyError(policy, f"has no method {VISIBLE!r}", remedy)
        return self._method(model, policy, VISIBLE)

    def narrows(self, model: type) -> bool:
        """Return whether a model has a policy with a method `visible`."""
        return hasattr(self.policies.get(model), VISIBLE)

    def before(self, ability: Ability) -> Ability | None:
        """Return the method `before` of an ability's policy, if the policy has one of its own."""
        if getattr(ability.policy, BEFORE) is Policy.before:
            return None
        return self._method(ability.model, ability.policy, BEFORE)

    def methods(self) -> Iterator[Ability]:
        """Return the methods of all policies that are given a user."""
        for model, policy in self.policies.items():
            yield from dict(abilities_of(model, policy)).values()
            yield from (
                self._method(model, policy, name)
                for name in (BEFORE, VISIBLE)
                if hasattr(policy, name)
            )

    def has(self, policy: type) -> bool:
        """Return whether a policy was added, or one that inherits from it."""
        return any(issubclass(each, policy) for each in self.policies.values())

    def _method(self, model: type, policy: type[AnyPolicy], name: str) -> Ability:
        key = (model, name)
        if key not in self._named:  # kept, because the annotations of its user are
            self._named[key] = Ability(model, policy, name)
        return self._named[key]


def _checked(policy: object) -> type[AnyPolicy]:
    """Return a policy that says whose abilities it decides.

    Raises:
        InvalidPolicyError: It is not one.
    """
    if not (isinstance(policy, type) and issubclass(policy, Policy)):
        problem, remedy = "is not a policy", "Write `class PostPolicy(Policy[User])`."
        raise InvalidPolicyError(policy, problem, remedy)
    if user_of(policy) is None:
        remedy = f"Write `class {policy.__name__}(Policy[User])`, with your class of users."
        raise InvalidPolicyError(policy, "does not say whose abilities it decides", remedy)
    for name in (BEFORE, VISIBLE):
        if not takes_user(getattr(policy, name, Policy.before)):
            remedy = f"Write `def {name}(self, user, ...)`."
            raise InvalidPolicyError(policy, f"has a {name!r} that takes no user", remedy)
    return policy


def user_of(policy: type) -> object | None:
    """Return the class of users whose abilities a policy decides, or `None` if it says none."""
    (parameter,) = Policy.__type_params__
    user = type_arguments(policy)[parameter]
    return None if isinstance(user, TypeVar) else user


def _nearest(found: list[Ability], about: type) -> Ability | None:
    """Return the ability of the policy whose model is nearest to a class."""
    known = {ability.model: ability for ability in found}
    return next((known[each] for each in about.__mro__ if each in known), None)


def _owner(function: Method) -> str:
    return getattr(function, "__qualname__", repr(function)).rpartition(".")[0] or "Policy"
