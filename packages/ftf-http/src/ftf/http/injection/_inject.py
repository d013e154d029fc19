"""Services as parameters of route handlers and FastAPI dependencies."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Annotated, TypeAliasType, cast, get_args, get_origin

from fastapi import params
from starlette.requests import HTTPConnection

from ._arguments import Services

if TYPE_CHECKING:
    from typing_extensions import TypeForm


@dataclass(frozen=True)
class Resolution:
    """A FastAPI dependency that delivers a service from the request's scope."""

    key: object
    _services: Services = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_services", Services(type(self), {"service": self.key}))

    async def __call__(self, connection: HTTPConnection) -> object:
        """Deliver the service; being a coroutine keeps it off the thread pool."""
        return (await self._services.deliver(connection))["service"]


class Injection(params.Depends):
    """What marks a parameter as injected, wherever FastAPI takes a dependency."""

    def __init__(self, key: object) -> None:
        # The scope keeps what is scoped; FastAPI's cache would share what is transient too.
        super().__init__(Resolution(key), use_cache=False)


def Inject[T](key: "TypeForm[T]") -> T:  # noqa: N802  # reads like FastAPI's own Depends and Query
    """Inject the service known by `key`, as the default of a parameter.

    Args:
        key: What the service is registered under.
    """
    return cast("T", Injection(key))


if TYPE_CHECKING:
    type Injected[T] = Annotated[T, Inject]
else:

    class Injected:
        """Inject the service known by the type in brackets, as a parameter's annotation."""

        def __class_getitem__(cls, key: object) -> object:
            return Annotated[key, Inject(key)]


def marks(annotation: object, default: object) -> list[Resolution]:
    """List the resolutions that a parameter's annotation and default ask for."""
    return [
        mark.dependency
        for mark in markers(annotation, default)
        if isinstance(mark, params.Depends) and isinstance(mark.dependency, Resolution)
    ]


def lacks_key(annotation: object, default: object) -> bool:
    """Tell whether a parameter names `Inject` or `Injected` without a key."""
    return annotation is Injected or any(mark is Inject for mark in markers(annotation, default))


def markers(annotation: object, default: object) -> tuple[object, ...]:
    """List what a parameter says about itself: the metadata of its annotation, and its default."""
    annotation = unaliased(annotation)
    metadata = get_args(annotation)[1:] if get_origin(annotation) is Annotated else ()
    return (*metadata, default)


def unaliased(annotation: object) -> object:
    """Return the annotation that a `type` alias stands for."""
    while isinstance(annotation, TypeAliasType):
        annotation = annotation.__value__
    return annotation
