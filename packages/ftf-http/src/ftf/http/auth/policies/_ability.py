"""`Ability`: a method of a policy, and whether it admits guests."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from inspect import Parameter
from types import FunctionType, NoneType, UnionType
from typing import Annotated, Final, Never, TypeAliasType, Union, get_args, get_origin

from ...injection._signature import evaluated_signature
from ._policy import Policy

type AnyPolicy = Policy[Never]
type Method = Callable[..., object]

BEFORE: Final = "before"
VISIBLE: Final = "visible"
_POSITIONAL = {Parameter.POSITIONAL_ONLY, Parameter.POSITIONAL_OR_KEYWORD}
_USER: Final = 1  # the position of the user, after `self`


@dataclass(frozen=True)
class Ability:
    """A method of a policy that is given a user.

    Args:
        model: The model that the policy is about.
        policy: The policy.
        name: The name of the method.
    """

    model: type
    policy: type[AnyPolicy]
    name: str

    def __str__(self) -> str:
        return f"{self.policy.__qualname__}.{self.name}"

    @cached_property
    def user_annotation(self) -> object:
        """The annotation of the user; a string if it cannot be evaluated."""
        method: Method = getattr(self.policy, self.name)
        read = evaluated_signature(method, _type_parameters(self.policy))
        # A decorated method may have `*args` instead.
        given = [*read.parameters.values()][_USER:] or [
            Parameter("user", Parameter.POSITIONAL_ONLY)
        ]
        return given[0].annotation

    @cached_property
    def admits_guests(self) -> bool:
        """Whether the annotation of the user says that there may be none."""
        return _admits_none(self.user_annotation)

    def fault(self) -> str | None:
        """Return why it is unknown whether guests are admitted."""
        if isinstance(self.user_annotation, str):
            return (
                f"{self} annotates its user as {self.user_annotation!r}, which cannot be evaluated."
                "\nImport its names at run time: the annotation says whether guests are admitted."
            )
        return None


def abilities_of(model: type, policy: type[AnyPolicy]) -> Iterator[tuple[Method, Ability]]:
    """Return the abilities of a policy, with each function that may be referred to as one.

    A function that a subclass overrides refers to the method of the subclass.
    """
    for owner in policy.__mro__:
        if owner is not Policy:
            for name, function in vars(owner).items():
                is_public = not name.startswith("_") and name not in {BEFORE, VISIBLE}
                if is_public and isinstance(function, FunctionType) and takes_user(function):
                    yield function, Ability(model, policy, name)


def takes_user(function: Method) -> bool:
    """Return whether a method of a policy can be given a user."""
    kinds = [parameter.kind for parameter in evaluated_signature(function).parameters.values()]
    first = kinds[: _USER + 1]
    return Parameter.VAR_POSITIONAL in first or (
        len(first) > _USER and _POSITIONAL.issuperset(first)
    )


def _type_parameters(policy: type) -> Mapping[str, object]:
    """Return the type parameters that annotations of a policy and of its bases may name."""
    parameters = (each for owner in policy.__mro__ for each in owner.__type_params__)
    return {parameter.__name__: parameter for parameter in parameters}


def _admits_none(annotation: object) -> bool:
    if annotation is None or annotation is NoneType:
        return True
    origin = get_origin(annotation)
    if isinstance(annotation, TypeAliasType):
        return _admits_none(annotation.__value__)
    if isinstance(origin, TypeAliasType):
        return _admits_none(origin.__value__)
    if origin is Annotated:
        return _admits_none(get_args(annotation)[0])
    return origin in {Union, UnionType} and any(map(_admits_none, get_args(annotation)))
