"""Scopes that function calls open and close, for code that cannot use `with`."""

from contextlib import AsyncExitStack, ExitStack
from typing import cast

from ._container import Container
from .scopes._scope import Scope, innermost, instances_of, refuse_close


class ManualScope:
    """Opens a scope for each container that is asked for a service while it lasts."""

    def __init__(self, values: dict[object, object]) -> None:
        self.values = values
        self.scopes: dict[Container, Scope] = {}
        self.outer = innermost.get()

    def _within(self, owner: object) -> Scope:
        """Return the scope of a container, and open it at first."""
        container = cast("Container", owner)
        if container not in self.scopes:
            self.scopes[container] = container.scoped_context(self.values)
        return self.scopes[container]


def get_scoped_cache() -> dict[object, object]:
    """Return a copy of the instances of the scope that `set_scoped_cache` opened, if any."""
    manual = innermost.get()
    if not isinstance(manual, ManualScope):
        return {}
    found = (instances_of(scope) for scope in manual.scopes.values())
    return manual.values | {key: instance for each in found for key, instance in each.items()}


def set_scoped_cache(cache: dict[object, object]) -> None:
    """Open a scope in this task or thread, for every container that is used in it.

    Args:
        cache: Ready instances of scoped services by key, which are never closed.
    """
    innermost.set(ManualScope(dict(cache)))


def clear_scoped_cache() -> None:
    """Close the scope that `set_scoped_cache` opened, if there is one.

    Raises:
        AsyncDependencyError: Something in it has to be awaited: use `clear_scoped_cache_async`.
        ExceptionGroup: What closing raised.
    """
    for scope in _opened():
        refuse_close(scope)
    with ExitStack() as stack:
        for scope in _leave():
            stack.callback(scope.close)


async def clear_scoped_cache_async() -> None:
    """Close the scope that `set_scoped_cache` opened, awaiting what has to be.

    Raises:
        ExceptionGroup: What closing raised.
    """
    async with AsyncExitStack() as stack:
        for scope in _leave():
            stack.push_async_callback(scope.aclose)


def _opened() -> tuple[Scope, ...]:
    manual = innermost.get()
    return tuple(manual.scopes.values()) if isinstance(manual, ManualScope) else ()


def _leave() -> tuple[Scope, ...]:
    scopes, manual = _opened(), innermost.get()
    if isinstance(manual, ManualScope):
        innermost.set(manual.outer)
    return scopes
