"""The injected arguments of a function, delivered by one call of the container."""

from collections.abc import Awaitable, Callable, Mapping
from inspect import Parameter, Signature

from starlette.requests import HTTPConnection
from starlette.types import Scope

from ..request._scope import scope_of
from ..request._services import share


class InjectedArguments:
    """The injected arguments of one function.

    Args:
        owner: The function, which errors name.
        keys: The key of the service of each injected parameter, by the parameter's name.

    Attributes:
        caller: The compiled handler that delivers them, if `owner` is a handler.
    """

    __slots__ = ("caller", "collect", "keys", "owner")

    def __init__(self, owner: Callable[..., object], keys: Mapping[str, object]) -> None:
        self.owner = owner
        self.caller: Callable[..., object] | None = None
        self.keys = dict(keys)
        self.collect = _collector(owner, self.keys)

    async def deliver(self, connection: HTTPConnection) -> dict[str, object]:
        """Return the services, by the name of the parameter.

        Args:
            connection: FastAPI's object, which services that ask for `Request` get too. A body can
                be read once, and each `Request` caches only what it has read itself.

        Raises:
            NoRequestScopeError: The connection has no container scope.
            DependencyResolutionError: A service cannot be built.
        """
        share(connection)
        return await self.deliver_from(connection.scope)

    def deliver_from(self, scope: Scope) -> Awaitable[dict[str, object]]:
        """Return the services of the container scope of a request.

        Args:
            scope: The ASGI scope of the request.

        Raises:
            NoRequestScopeError: It has no container scope.
        """
        return scope_of(scope).acall(self.collect)


def _collector(
    owner: Callable[..., object], keys: Mapping[str, object]
) -> Callable[..., dict[str, object]]:
    """Return a function that has the parameters `keys` and returns its arguments as a dict."""

    def collect(**services: object) -> dict[str, object]:
        return services

    # The container reads the parameters of what it calls, and delivers all of them in one call.
    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=key) for name, key in keys.items()
    ]
    collect.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # PEP 362
    collect.__annotations__ = dict(keys)
    for name in ("__module__", "__name__", "__qualname__"):
        setattr(collect, name, getattr(owner, name, name))
    return collect
