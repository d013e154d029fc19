"""Services as parameters of route handlers and FastAPI dependencies."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, cast

from fastapi import Depends
from starlette.requests import HTTPConnection

from ._request_scope import scope_of

if TYPE_CHECKING:
    from typing_extensions import TypeForm


@dataclass(frozen=True)
class Resolution:
    """A FastAPI dependency that delivers a service from the request's scope."""

    key: object

    async def __call__(self, connection: HTTPConnection) -> object:
        """Deliver the service; being a coroutine keeps it off the thread pool."""
        return await scope_of(connection).aresolve(cast("TypeForm[object]", self.key))


def Inject[T](key: "TypeForm[T]") -> T:  # noqa: N802  # reads like FastAPI's own Depends and Query
    """Inject the service known by `key`, as the default of a parameter.

    Args:
        key: What the service is registered under.
    """
    # The scope keeps one instance of what is scoped; FastAPI's cache would share transients too.
    return cast("T", Depends(Resolution(key), use_cache=False))


if TYPE_CHECKING:
    type Injected[T] = Annotated[T, Inject]
else:

    class Injected:
        """Inject the service known by the type in brackets, as a parameter's annotation."""

        def __class_getitem__(cls, key: object) -> object:
            return Annotated[key, Inject(key)]
