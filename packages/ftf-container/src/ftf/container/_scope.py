"""A stretch of work that shares its scoped services."""

from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from types import TracebackType
from typing import TYPE_CHECKING, Self, cast, overload

from ._graph import Node
from ._path import Step
from ._resolver import Resolver, Resolvers
from ._store import Store
from .exceptions import AsyncDependencyError, ScopeClosedError, ScopeNotActiveError

if TYPE_CHECKING:
    from typing_extensions import TypeForm

_innermost: ContextVar["Scope | None"] = ContextVar("ftf.container.scope", default=None)


class Scope:
    """A stretch of work, such as one request, within which scoped services are shared.

    `Container.scoped_context` makes one. Leaving it closes what was built in it, last first;
    generators among the factories see the exception that ended it.
    """

    __slots__ = ("_closed", "_outer", "_resolvers", "_store")

    def __init__(self, resolvers: Resolvers, store: Store) -> None:
        self._resolvers = resolvers
        self._store = store
        self._outer: Scope | None = None
        self._closed = False

    def resolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`.

        Raises:
            AsyncDependencyError: It has to be awaited: use `aresolve`.
            DependencyResolutionError: It cannot be built.
        """
        return cast("T", self._deliver(self._resolvers.of(key)))

    async def aresolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`, awaiting whatever has to be.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        return cast("T", await self._adeliver(self._resolvers.of(key)))

    def call[T](self, function: Callable[..., T], /, **given: object) -> T:
        """Call a function with the services it asks for.

        Args:
            function: A plain function; an async one needs `acall`.
            given: Arguments passed as they are, instead of being resolved.

        Raises:
            AsyncDependencyError: The function or one of its services has to be awaited.
            DependencyResolutionError: A service cannot be built.
        """
        return cast("T", self._deliver(self._resolvers.of_call(function, given)))

    @overload
    async def acall[T](self, function: Callable[..., Awaitable[T]], /, **given: object) -> T: ...
    @overload
    async def acall[T](self, function: Callable[..., T], /, **given: object) -> T: ...
    async def acall(self, function: Callable[..., object], /, **given: object) -> object:
        """Call a function with the services it asks for, awaiting whatever has to be.

        Args:
            function: A plain or async function.
            given: Arguments passed as they are, instead of being resolved.

        Raises:
            DependencyResolutionError: A service cannot be built.
        """
        return await self._adeliver(self._resolvers.of_call(function, given))

    def _deliver(self, resolver: Resolver) -> object:
        self._check(resolver.node)
        if not resolver.node.is_async:
            return resolver.build(self._store)
        key, home = resolver.node.binding.key, self._home(resolver.node)
        if key not in home.instances:
            raise AsyncDependencyError(resolver.node.path_to(lambda below: below.kind.is_async))
        return home.instances[key]

    async def _adeliver(self, resolver: Resolver) -> object:
        self._check(resolver.node)
        return await resolver.abuild(self._store)

    def _check(self, node: Node) -> None:
        if self._closed:
            raise ScopeClosedError(node.path_to(lambda _: True))
        if node.needs_scope and self._store is self._resolvers.root:
            raise ScopeNotActiveError(node.path_to(lambda below: below.lifetime == "scoped"))

    def _home(self, node: Node) -> Store:
        singleton = node.binding.lifetime == "singleton"
        return self._resolvers.root if singleton else self._store

    def close(self, body: BaseException | None = None) -> None:
        """End the scope, telling generators what `body` raised.

        Raises:
            AsyncDependencyError: Something in it has to be awaited; the scope stays open.
            ExceptionGroup: What closing raised, if `body` is `None`.
        """
        teardowns = self._store.teardowns
        if (key := teardowns.awaited()) is not None:
            raise AsyncDependencyError((Step(key),))
        self._end()
        teardowns.close(body)

    async def aclose(self, body: BaseException | None = None) -> None:
        """End the scope, telling generators what `body` raised.

        Raises:
            ExceptionGroup: What closing raised, if `body` is `None`.
        """
        self._end()
        await self._store.teardowns.aclose(body)

    def _end(self) -> None:
        self._closed = True
        self._store.instances.clear()

    def __enter__(self) -> Self:
        self._outer = _innermost.get()
        _innermost.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        _innermost.set(self._outer)
        self.close(body)

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        _innermost.set(self._outer)
        await self.aclose(body)


def innermost(resolvers: Resolvers) -> Scope | None:
    """Find the scope of a container that the running code is in."""
    scope = _innermost.get()
    while scope is not None and scope._resolvers is not resolvers:  # noqa: SLF001
        scope = scope._outer  # noqa: SLF001
    return scope
