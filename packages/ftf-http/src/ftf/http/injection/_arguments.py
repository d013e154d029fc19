"""What a function wants from the container."""

from collections.abc import Callable, Mapping
from inspect import Parameter, Signature

from starlette.requests import HTTPConnection

from ..request._scope import scope_of
from ..request._services import share


class Services:
    """The services that parameters of a function ask for, delivered by one container call.

    Args:
        owner: The function; errors name it.
        keys: What each parameter's service is registered under.
    """

    __slots__ = ("collect", "keys")

    def __init__(self, owner: Callable[..., object], keys: Mapping[str, object]) -> None:
        self.keys = dict(keys)
        self.collect = _collector(owner, self.keys)

    async def deliver(self, connection: HTTPConnection) -> dict[str, object]:
        """Deliver them by parameter name.

        Args:
            connection: FastAPI's own. Services share it, so that who reads a body first does not
                take it from the others.

        Raises:
            NoRequestScopeError: The connection has no container scope.
            DependencyResolutionError: One of them cannot be built.
        """
        scope = scope_of(connection)
        share(connection)
        return await scope.acall(self.collect)


def _collector(
    owner: Callable[..., object], keys: Mapping[str, object]
) -> Callable[..., dict[str, object]]:
    """Write a function that has the parameters `keys` and returns what they were given."""

    def collect(**services: object) -> dict[str, object]:
        return services

    parameters = [
        Parameter(name, Parameter.KEYWORD_ONLY, annotation=key) for name, key in keys.items()
    ]
    collect.__signature__ = Signature(parameters)  # type: ignore[attr-defined]  # PEP 362
    collect.__annotations__ = dict(keys)
    for name in ("__module__", "__name__", "__qualname__"):
        setattr(collect, name, getattr(owner, name, name))
    return collect
