"""The container: what users hold."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Self, overload

from ._binding import Binding, Lifetime
from ._graph import Graph
from ._key import normalise
from ._provider import ServiceProvider
from ._resolver import Resolvers
from ._scope import Scope, innermost
from ._single_flight import SingleFlight
from ._store import Store
from .exceptions import DependencyResolutionError, GraphError

if TYPE_CHECKING:
    from typing_extensions import TypeForm

type Factory[T] = Callable[..., T | Awaitable[T] | Iterator[T] | AsyncIterator[T]]


class Container:
    """Builds services from the type hints of their constructors and factories.

    Args:
        strict: Whether a class must be registered to be built.

    Example:
        >>> class Mailer: ...
        >>> class Report:
        ...     def __init__(self, mailer: Mailer) -> None:
        ...         self.mailer = mailer
        >>> container = Container()
        >>> container.register(Mailer, scope="singleton")
        >>> container.resolve(Report).mailer is container.resolve(Mailer)
        True
    """

    def __init__(self, *, strict: bool = False) -> None:
        self._bindings: dict[object, Binding] = {}
        self._graph = Graph(self._bindings, strict=strict)
        self._resolvers = Resolvers(self._graph)
        self._root = Scope(self._resolvers, self._resolvers.root)
        self._unbooted: list[ServiceProvider] = []
        self._booted: list[ServiceProvider] = []
        self._booting = SingleFlight()
        self._bind(Binding.of_value(NoneType, None))
        self._bind(Binding.of_value(Container, self))

    def register[T](
        self,
        key: "TypeForm[T]",
        implementation: Factory[T] | None = None,
        scope: Lifetime = "transient",
    ) -> None:
        """Say how the instances of a key are made and how long they live.

        Args:
            key: A class, Protocol, ABC, `NewType`, `Annotated` form or `type` alias.
            implementation: A class, or a function that returns, awaits or yields the instance;
                the key itself by default. What follows a `yield` runs when the instance is closed.
            scope: "singleton" keeps one instance for the container, "scoped" one for each
                `scoped_context`, "transient" none.

        Raises:
            InvalidRegistrationError: This can never work; nothing was registered.
        """
        known = normalise(key)
        factory = known if implementation is None else implementation
        self._bind(Binding.of(known, factory, scope))

    def instance[T](self, key: "TypeForm[T]", value: T) -> None:
        """Register a ready object, which the container never closes."""
        self._bind(Binding.of_value(normalise(key), value))

    def is_registered(self, key: object) -> bool:
        """Tell whether a key was registered."""
        return normalise(key) in self._bindings

    def __contains__(self, key: object) -> bool:
        return self.is_registered(key)

    def resolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`, from the scope the caller is in.

        Raises:
            AsyncDependencyError: It has to be awaited: use `aresolve`.
            DependencyResolutionError: It cannot be built.
        """
        return self._here().resolve(key)

    async def aresolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`, awaiting whatever has to be.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        return await self._here().aresolve(key)

    def call[T](self, function: Callable[..., T], /, **given: object) -> T:
        """Call a function with the services it asks for; see `Scope.call`."""
        return self._here().call(function, **given)

    @overload
    async def acall[T](self, function: Callable[..., Awaitable[T]], /, **given: object) -> T: ...
    @overload
    async def acall[T](self, function: Callable[..., T], /, **given: object) -> T: ...
    async def acall(self, function: Callable[..., object], /, **given: object) -> object:
        """Call a function with the services it asks for; see `Scope.acall`."""
        return await self._here().acall(function, **given)

    def scoped_context(self) -> Scope:
        """Make a scope, to be entered by `async with`, or by `with` if nothing in it is async."""
        return Scope(self._resolvers, Store())

    def validate(self) -> None:
        """Check that everything registered can be built, without building anything.

        Raises:
            GraphError: It cannot; the error holds every fault.
        """
        faults: list[DependencyResolutionError] = []
        for key in self._bindings:
            try:
                self._graph.node(key)
            except DependencyResolutionError as fault:
                faults.append(fault)
        if faults:
            raise GraphError(tuple(faults))

    def add_provider(self, *providers: ServiceProvider) -> None:
        """Let service providers register their services, lowest priority number first."""
        for provider in sorted(providers, key=_priority):
            provider.register(self)
            self._unbooted.append(provider)

    async def boot(self) -> None:
        """Boot the service providers that have not been, lowest priority number first."""
        async with self._booting.of(None):
            self._unbooted.sort(key=_priority)
            while self._unbooted:
                if (boot := getattr(self._unbooted[0], "boot", None)) is not None:
                    await self.acall(boot)
                self._booted.append(self._unbooted.pop(0))

    async def dispose_all(self) -> None:
        """Close every singleton, last made first.

        The container can be used again: singletons are made and providers booted anew.

        Raises:
            ExceptionGroup: What closing raised.
        """
        await self._dispose(None)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        await self._dispose(body)

    async def _dispose(self, body: BaseException | None) -> None:
        root = self._resolvers.root
        root.instances.clear()
        self._unbooted, self._booted = self._booted + self._unbooted, []
        await root.teardowns.aclose(body)

    def _here(self) -> Scope:
        return innermost(self._resolvers) or self._root

    def _bind(self, binding: Binding) -> None:
        self._bindings[binding.key] = binding
        self._resolvers.root.instances.pop(binding.key, None)
        self._graph.clear()
        self._resolvers.clear()


def _priority(provider: ServiceProvider) -> int:
    return provider.priority
