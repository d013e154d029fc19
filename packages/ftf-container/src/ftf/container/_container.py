"""The container: registration, resolution, scopes, overrides, validation, start and end."""

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from inspect import markcoroutinefunction
from types import NoneType, TracebackType
from typing import TYPE_CHECKING, Self, cast, overload

from ._contextual import Consumers
from ._correlation import Correlation
from ._dependency_path import location_of_caller
from ._inspection import Inspection
from ._observer import observers
from ._override import Override, end
from ._provider import Boot, Providers, ServiceProvider
from ._registrar import Registrar
from .compiler._functions import CompiledFunctions
from .keys._key import normalise
from .registration._binding import Binding, Factory, Lifetime
from .registration._factory_kind import Kind
from .registration._registry import ActiveOverride, Registry
from .scopes._scope import Scope, units_of
from .scopes._teardown import aclose, close, may_close
from .scopes._unit_of_work import UnitsOfWork

if TYPE_CHECKING:
    from typing_extensions import TypeForm


class Container(Inspection):
    """Builds services from the type hints of their constructors and factories.

    Args:
        strict: Whether a class must be registered to be built.

    Examples:
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
        self._registry = Registry(self, strict=strict)
        self._providers = Providers(self, self._registry)
        self._functions = CompiledFunctions(self, self._registry, self._providers)
        self._registrar = Registrar(self._registry, self._functions)
        # Attributes of their own, because `resolve` is called for each service of a request.
        self._root = self._functions.root
        self._entries = self._functions.entries
        self._registrar.bind(Binding.of_value(NoneType, None))
        self._registrar.bind(Binding.of_value(Container, self))
        self._registrar.bind(Binding(Scope, Scope, "scoped", Kind.SCOPE))
        self._registrar.bind(Binding.of(UnitsOfWork, units_of, "scoped"))
        self._registrar.bind(Binding.of(Correlation, _no_correlation, "scoped"))
        self._registrar.bind(Binding.of(Boot, self._providers.boot, "singleton"))
        self._own = frozenset(self._registry.bindings)

    def register[T](
        self,
        key: "TypeForm[T]",
        implementation: Factory[T] | None = None,
        scope: Lifetime = "transient",
    ) -> None:
        """Register how the instances of a key are made and how long they live.

        Args:
            key: A class, Protocol, ABC, `NewType`, `Annotated` form or `type` alias. A generic
                class also stands for all its closed forms.
            implementation: A class, or a function that returns, awaits or yields the instance;
                the key itself by default. What follows a `yield` runs when the instance is closed.
            scope: "singleton" keeps one instance for the container, "scoped" one for each
                `scoped_context`, "transient" none.

        Raises:
            InvalidRegistrationError: This can never work; nothing was registered.
        """
        known = normalise(key)
        factory = known if implementation is None else implementation
        self._registrar.bind(Binding.of(known, factory, scope))

    def instance[T](self, key: "TypeForm[T]", value: T) -> None:
        """Register a ready object, which the container never closes."""
        self._registrar.bind(Binding.of_value(normalise(key), value))

    def extend[T](
        self, key: "TypeForm[T]", decorate: "Callable[[T, Container], T | Awaitable[T]]"
    ) -> None:
        """Pass each instance of a key through a function, which is given the container as well.

        An instance that exists already passes through it at once.

        Raises:
            InvalidRegistrationError: The instance exists already, and the function is async.
        """
        extension = cast("Callable[[object, Container], object]", decorate)
        self._registrar.decorate(normalise(key), extension)

    def when(self, *consumers: object) -> Consumers:
        """Begin a contextual binding: `when(A).needs(B).give(C)` gives `A` a `C`, not a `B`."""
        return Consumers(self._registrar, consumers)

    def tag(self, tag: str, *keys: object) -> None:
        """Add keys to a group, which `tagged` and `Annotated[list[T], tag]` deliver."""
        self._registrar.tag(tag, keys)

    def tagged(self, tag: str) -> list[object]:
        """Deliver the services of a group, in the order in which they were tagged."""
        return [self.resolve(key) for key in self._tagged(tag)]

    async def atagged(self, tag: str) -> list[object]:
        """Deliver the services of a group, awaiting whatever has to be."""
        return [await self.aresolve(key) for key in self._tagged(tag)]

    def is_registered(self, key: object) -> bool:
        """Return whether a key is registered."""
        return normalise(key) in self._registry

    __contains__ = is_registered

    def resolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`, from the scope the caller is in.

        Raises:
            AsyncDependencyError: It has to be awaited: use `aresolve`.
            DependencyResolutionError: It cannot be built.
        """
        try:
            deliver, ready = self._entries[key]
        except (KeyError, TypeError):  # a key that is not hashable is refused by `open`
            deliver, ready = self._functions.open(key, awaiting=False), None
        return ready if deliver is None else deliver(self._root)  # type: ignore[no-any-return]

    # A plain function that returns the coroutine: `async def` would add a frame to each resolution.
    @markcoroutinefunction
    def aresolve[T](self, key: "TypeForm[T]") -> Coroutine[object, object, T]:
        """Deliver the service known by `key`, awaiting whatever has to be; see `Scope.aresolve`."""
        return self._root.aresolve(key)

    def call[T](self, function: Callable[..., T], /, **given: object) -> T:
        """Call a function with the services it asks for; see `Scope.call`."""
        return self._root.call(function, **given)

    @overload
    def acall[T](
        self, function: Callable[..., Awaitable[T]], /, **given: object
    ) -> Coroutine[object, object, T]: ...
    @overload
    def acall[T](
        self, function: Callable[..., T], /, **given: object
    ) -> Coroutine[object, object, T]: ...
    @markcoroutinefunction
    def acall(
        self, function: Callable[..., object], /, **given: object
    ) -> Coroutine[object, object, object]:
        """Call a function with the services it asks for; see `Scope.acall`."""
        return self._root.acall(function, **given)

    def scoped_context(self, values: Mapping[object, object] | None = None) -> Scope:
        """Make a scope, to be entered by `async with`, or by `with` if nothing in it is async.

        Args:
            values: Ready instances by key, which the scope delivers and never closes.

        Raises:
            InvalidRegistrationError: One of the keys is registered, but not as scoped.
        """
        scope = Scope(self, self._functions)
        if values:
            self._registrar.give(scope, values)
        if observers:  # a loop over an empty list takes longer
            for observer in observers:
                observer.scope_made(scope)
        return scope

    def override[T](self, key: "TypeForm[T]", implementation: Factory[T]) -> Override:
        """Replace a service by another implementation of the same lifetime, until this ends.

        Args:
            key: The service; what needs it, or needs what needs it, is made anew.
            implementation: A class or function, sync or async.

        Returns:
            The override, which `with`, `async with` or `reset_override` ends.

        Raises:
            InvalidRegistrationError: This can never work; nothing was overridden.
            UnregisteredDependencyError: There is nothing to override.
        """
        return self.override_context(key, implementation).begin()

    def override_context[T](self, key: "TypeForm[T]", implementation: Factory[T]) -> Override:
        """Make an override that begins when it is entered, by `with` or `async with`."""
        known = normalise(key)
        binding = Binding.of(known, implementation, self._registry.required(known).lifetime)
        return self._override_by(binding)

    def override_instance[T](self, key: "TypeForm[T]", value: T) -> Override:
        """Replace a service by a ready object. It takes precedence over other overrides."""
        binding = Binding.of_value(normalise(key), value)
        self._registry.required(binding.key)
        return self._override_by(binding).begin()

    @property
    def overrides(self) -> tuple[Override, ...]:
        """The active overrides, in the order in which they began."""
        return tuple(Override(self._registrar, each) for each in self._registry.overrides)

    def reset_override(self, key: object) -> None:
        """End the overrides of a key, and close what was made under them.

        Raises:
            AsyncDependencyError: Something has to be awaited; `dispose_all` will close it.
        """
        end(self._registrar, self._registry.overrides_of(normalise(key)))

    def reset_overrides(self) -> None:
        """End all overrides, and close what was made under them; see `reset_override`."""
        end(self._registrar, list(self._registry.overrides))

    def add_provider(self, *providers: ServiceProvider) -> None:
        """Add service providers: they register their services, lowest priority number first."""
        for provider in sorted(providers, key=lambda each: each.priority):
            self._providers.add(provider)

    async def boot(self) -> None:
        """Boot the service providers that have not been booted, lowest priority number first."""
        self._registrar.forget_boot()
        await self._root.aresolve(Boot)

    def reset_singletons(self) -> None:
        """Close every singleton, last made first. The next request for one makes a new instance.

        Raises:
            AsyncDependencyError: One has to be awaited: use `dispose_all`. None was closed.
            ExceptionGroup: What closing raised.
        """
        self.__exit__(None, None, None)

    async def dispose_all(self) -> None:
        """Close every singleton, last made first.

        The container can be used again: singletons are made and providers booted anew.

        Raises:
            ExceptionGroup: What closing raised.
        """
        await self.__aexit__(None, None, None)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        if may_close(self._registrar.exits, body):
            self._registrar.drop_singletons()
            close(self._registrar.exits, body)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        try:
            await self._providers.stop()
        finally:
            self._providers.rearm()
            self._registrar.drop_singletons()
            await aclose(self._registrar.exits, body)

    def _override_by(self, binding: Binding) -> Override:
        made = Override(self._registrar, ActiveOverride(binding, location_of_caller()))
        for observer in observers:
            observer.override_made(made)
        return made

    def _tagged(self, tag: str) -> "tuple[TypeForm[object], ...]":
        return cast("tuple[TypeForm[object], ...]", self._registry.tags.get(tag, ()))


def _no_correlation() -> Correlation:
    return Correlation()
