"""The start of the service providers, once for each life of a container."""

from typing import TYPE_CHECKING

from ._kind import Kind
from ._path import Step
from .exceptions import AsyncDependencyError

if TYPE_CHECKING:
    from ._container import Container
    from ._provider import ServiceProvider
    from ._registry import Registry


class Boot:
    """The boot of the service providers: a singleton, so it happens once, whoever asks."""

    def __init__(self, container: "Container", registry: "Registry") -> None:
        self._container = container
        self._registry = registry
        self._booted: list[ServiceProvider] = []
        self._is_over = False

    @property
    def is_due(self) -> bool:
        """Whether a deferred provider came after the others had booted."""
        return self._is_over and bool(self._registry.unbooted)

    async def run(self) -> "Boot":
        """Boot the providers that have not been, lowest priority number first."""
        unbooted = self._registry.unbooted
        while unbooted:
            unbooted.sort(key=lambda provider: provider.priority)
            if (boot := getattr(unbooted[0], "boot", None)) is not None:
                await self._container.acall(boot)
            self._booted.append(unbooted.pop(0))
        self._is_over = True
        return self

    def run_now(self) -> None:
        """Boot late providers without awaiting.

        Raises:
            AsyncDependencyError: One of them has to be awaited; it stays due.
        """
        self._is_over = False
        try:
            for provider in list(self._registry.unbooted):
                boot = getattr(provider, "boot", None)
                if boot is not None and Kind.of(boot).is_async:
                    raise AsyncDependencyError((Step(type(provider)),))
                if boot is not None:
                    self._container.call(boot)
                self._registry.unbooted.remove(provider)
                self._booted.append(provider)
        finally:
            self._is_over = True

    def rearm(self) -> None:
        """Let every provider boot again."""
        self._registry.unbooted[:0] = self._booted
        self._booted, self._is_over = [], False
