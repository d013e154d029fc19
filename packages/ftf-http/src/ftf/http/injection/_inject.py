"""`Inject` and `Injected`: the marks of parameters that the container delivers."""

from dataclasses import dataclass, field
from inspect import isfunction
from types import GenericAlias, NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, TypeAliasType, cast, get_args, get_origin

from fastapi import params
from starlette.requests import HTTPConnection

from ._arguments import InjectedArguments

if TYPE_CHECKING:
    from typing_extensions import TypeForm

_PLAIN = (type, GenericAlias, UnionType, NoneType)  # as opposed to a text, an alias or `Annotated`


@dataclass(frozen=True)
class Resolution:
    """A FastAPI dependency that delivers a service from the request's scope."""

    key: object
    _arguments: InjectedArguments = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        arguments = InjectedArguments(type(self), {"service": self.key})
        object.__setattr__(self, "_arguments", arguments)

    async def __call__(self, connection: HTTPConnection) -> object:
        """Return the service. Async, because FastAPI calls plain functions in its thread pool."""
        return (await self._arguments.deliver(connection))["service"]


class Injection(params.Depends):
    """The mark of an injected parameter, which FastAPI takes for a dependency."""

    def __init__(self, key: object) -> None:
        # use_cache=False: FastAPI's cache would share transient services within a request.
        super().__init__(Resolution(key), use_cache=False)


def Inject[T](key: "TypeForm[T]") -> T:  # noqa: N802  # like FastAPI's Depends and Query
    """Mark a parameter, by its default, as injected with the service of `key`.

    Args:
        key: The key that the service is registered by.
    """
    return cast("T", Injection(key))


if TYPE_CHECKING:
    type Injected[T] = Annotated[T, Inject]
else:

    class Injected:
        """Mark a parameter, by its annotation, as injected with the service in brackets."""

        def __class_getitem__(cls, key: object) -> object:
            return Annotated[key, Inject(key)]


def injections_in(annotation: object, default: object) -> list[Resolution]:
    """Return the resolutions in the annotation and the default of a parameter."""
    return [
        mark.dependency
        for mark in markers(annotation, default)
        if isinstance(mark, params.Depends) and isinstance(mark.dependency, Resolution)
    ]


def lacks_key(annotation: object, default: object) -> bool:
    """Return whether a parameter has `Inject` or `Injected` without a key."""
    return annotation is Injected or any(mark is Inject for mark in markers(annotation, default))


def has_plain_parameters(function: object) -> bool:
    """Return whether a function is known to have no injected parameter, without its signature.

    A signature takes long to read, and most handlers inject nothing.
    """
    if not isfunction(function) or function.__dict__:  # such as `__wrapped__`, `__signature__`
        return False
    defaults = (*(function.__defaults__ or ()), *(function.__kwdefaults__ or {}).values())
    hints, without_key = function.__annotations__.values(), cast("object", Injected)
    return all(isinstance(hint, _PLAIN) and hint is not without_key for hint in hints) and not any(
        isinstance(default, params.Depends) or default is Inject for default in defaults
    )


def markers(annotation: object, default: object) -> tuple[object, ...]:
    """Return the metadata of a parameter's annotation, and its default."""
    annotation = unaliased(annotation)
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return (*metadata, default)


def unaliased(annotation: object) -> object:
    """Return the annotation that a `type` alias stands for."""
    while isinstance(annotation, TypeAliasType):
        annotation = annotation.__value__
    return annotation
