"""The start of the service providers, once for each life of a container."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import RLock
from typing import TYPE_CHECKING

from ._dependency_path import Step
from ._provider import boot_of
from .exceptions import AsyncDependencyError
from .keys._key import normalise
from .registration._factory_kind import Kind

if TYPE_CHECKING:
    from ._container import Container
    from ._provider import ServiceProvider
    from .graph._node import Node
    from .registration._registry import Registry

_running: "ContextVar[Boot | None]" = ContextVar("ftf.container.boot", default=None)


class Boot:
    """The boot of the service providers: a singleton, so it happens once, whoever asks."""

    def __init__(self, container: "Container", registry: "Registry") -> None:
        self._container = container
        self._registry = registry
        self._booted: list[ServiceProvider] = []
        self._is_over = False
        self._lock = RLock()

    def is_due(self, node: "Node") -> bool:
        """Tell whether a service comes from a deferred provider that missed the others' boot."""
        late = [provider for provider in self._registry.unbooted if provider.provides]
        if not late or not self._is_over or _running.get() is self:
            return False
        keys = {normalise(key) for provider in late for key in provider.provides}
        return bool(node.path_to(lambda each: each.binding.key in keys))

    async def run(self) -> "Boot":
        """Boot the providers that have not been, lowest priority number first."""
        unbooted = self._registry.unbooted
        with self._marked():
            while unbooted:
                unbooted.sort(key=lambda provider: provider.priority)
                if (boot := boot_of(provider := unbooted[0])) is not None:
                    await self._container.acall(boot)
                self._end(provider)
        self._is_over = True
        return self

    def run_now(self) -> None:
        """Boot late providers without awaiting.

        Raises:
            AsyncDependencyError: One of them has to be awaited; it stays due.
        """
        with self._lock, self._marked():
            for provider in [each for each in self._registry.unbooted if each.provides]:
                if (boot := boot_of(provider)) is not None:
                    if Kind.of(boot).is_async:
                        raise AsyncDependencyError((Step(type(provider)),))
                    self._container.call(boot)
                self._end(provider)

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """Let the providers that boot have services without waiting for the end of their boot."""
        before = _running.get()
        _running.set(self)
        try:
            yield
        finally:
            _running.set(before)

    def _end(self, provider: "ServiceProvider") -> None:
        self._registry.unbooted.remove(provider)
        self._booted.append(provider)

    def rearm(self) -> None:
        """Let every provider boot again."""
        self._registry.unbooted[:0] = self._booted
        self._booted, self._is_over = [], False
