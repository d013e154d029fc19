"""Service providers: parts of an application that register services, and boot."""

from collections.abc import Callable, Collection, Iterator
from contextlib import AsyncExitStack, contextmanager
from contextvars import ContextVar
from functools import partial
from threading import RLock
from typing import TYPE_CHECKING, ClassVar, cast

from ._dependency_path import Step, name_of
from ._span import span
from .exceptions import AsyncDependencyError, InvalidRegistrationError
from .graph._node import Node
from .keys._key import normalise
from .registration._factory_kind import Kind
from .registration._registry import Registry

if TYPE_CHECKING:
    from ._container import Container

_running: "ContextVar[Providers | None]" = ContextVar("ftf.container.boot", default=None)


class ServiceProvider:
    """Registers a group of services that belong together.

    A subclass overrides `register`, which only registers, and may define an async `boot`, whose
    arguments are resolved when the application starts, and an async `stop`, which is called with
    services when the container closes, before any singleton is closed.

    Attributes:
        priority: Providers with a lower one register and boot earlier.
        provides: If any, `register` waits until one of these keys is asked for.
    """

    priority: ClassVar[int] = 0
    provides: ClassVar[Collection[object]] = ()

    def register(self, container: "Container") -> None:
        """Bind this provider's services."""


class Boot:
    """The boot of the service providers: a singleton, so that it happens once."""


class Providers:
    """The service providers of a container.

    Args:
        container: What providers register with.
        registry: Where the keys of deferred providers are looked up.
    """

    def __init__(self, container: "Container", registry: Registry) -> None:
        self._container = container
        self._registry = registry
        self._loading: set[int] = set()
        self._loaded: set[int] = set()
        self._unbooted: list[ServiceProvider] = []
        self._booted: list[ServiceProvider] = []
        self._is_over = False
        self._lock = RLock()

    def add(self, provider: ServiceProvider) -> None:
        """Register a provider's services, or wait until one of them is asked for.

        Raises:
            InvalidRegistrationError: It is a class, or `provides` is not a collection.
        """
        given, provides = cast("object", provider), cast("object", provider.provides)
        if isinstance(given, type):
            problem = f"{name_of(given)} is a class."
            raise InvalidRegistrationError((Step(given),), problem, "Pass an instance of it.")
        if not isinstance(provides, Collection):
            problem = f"`provides` of {name_of(type(provider))} is not a collection of keys."
            remedy = "Put the keys into a tuple."
            raise InvalidRegistrationError((Step(type(provider)),), problem, remedy)
        if provider.provides:
            self._loaded.discard(id(provider))
            load = partial(self._load, provider)
            self._registry.defer({normalise(key): load for key in provider.provides})
        else:
            provider.register(self._container)
            self._unbooted.append(provider)

    def _load(self, provider: ServiceProvider, key: object) -> None:
        """Register a deferred provider's services, because one of them is asked for.

        Raises:
            InvalidRegistrationError: It does not register what it says it provides.
        """
        if id(provider) in self._loading:  # its `register` asks for what it provides itself
            return
        if id(provider) not in self._loaded:
            self._register(provider)
        if key not in self._registry.bindings:
            provides = f"{name_of(type(provider))} provides {name_of(key)}"
            problem = f"{provides}, but does not register it."
            raise InvalidRegistrationError((Step(key),), problem, "Fix its `provides`.")

    def _register(self, provider: ServiceProvider) -> None:
        deferred = dict(self._registry.deferred)
        self._loading.add(id(provider))
        try:
            provider.register(self._container)
        except BaseException:
            self._registry.defer(deferred)
            raise
        finally:
            self._loading.remove(id(provider))
        self._loaded.add(id(provider))
        self._unbooted.append(provider)

    def is_due(self, node: Node) -> bool:
        """Return whether `node` needs a deferred provider that was loaded after boot."""
        late = [provider for provider in self._unbooted if provider.provides]
        if not late or not self._is_over or _running.get() is self:
            return False
        keys = {normalise(key) for provider in late for key in provider.provides}
        return bool(node.path_to(lambda each: each.binding.key in keys))

    async def boot(self) -> Boot:
        """Boot the providers that have not been booted, lowest priority number first."""
        unbooted = self._unbooted
        with self._marked():
            while unbooted:  # a boot may load deferred providers, which boot in turn
                unbooted.sort(key=lambda provider: provider.priority)
                if (boot := _boot_of(provider := unbooted[0])) is not None:
                    with span("ftf.boot", provider=name_of(type(provider))):
                        await self._container.acall(boot)
                self._end(provider)
        self._is_over = True
        return Boot()

    def boot_late(self) -> None:
        """Boot the deferred providers that were loaded after boot, without awaiting.

        Raises:
            AsyncDependencyError: One of them has to be awaited; it stays due.
        """
        with self._lock, self._marked():
            for provider in [each for each in self._unbooted if each.provides]:
                if (boot := _boot_of(provider)) is not None:
                    if Kind.of(boot).is_async:
                        raise AsyncDependencyError((Step(type(provider)),))
                    self._container.call(boot)
                self._end(provider)

    async def stop(self) -> None:
        """Stop the providers that have been booted, last booted first, even if some fail."""
        async with AsyncExitStack() as stack:
            for provider in self._booted:
                if (stop := getattr(provider, "stop", None)) is not None:
                    stack.push_async_callback(self._container.acall, stop)

    def rearm(self) -> None:
        """Boot every provider again at the next boot."""
        self._unbooted[:0] = self._booted
        self._booted, self._is_over = [], False

    @contextmanager
    def _marked(self) -> Iterator[None]:
        """Mark this context, in which services do not wait for the boot that is in progress."""
        before = _running.get()
        _running.set(self)
        try:
            yield
        finally:
            _running.set(before)

    def _end(self, provider: ServiceProvider) -> None:
        self._unbooted.remove(provider)
        self._booted.append(provider)


def _boot_of(provider: ServiceProvider) -> Callable[..., object] | None:
    return getattr(provider, "boot", None)
