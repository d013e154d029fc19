"""A stretch of work that shares its scoped services."""

from collections.abc import Awaitable, Callable, Coroutine
from contextvars import ContextVar, Token
from functools import partial
from inspect import markcoroutinefunction
from types import TracebackType
from typing import TYPE_CHECKING, Any, Never, Self, cast, overload

from .._dependency_path import Step, location_of
from ..exceptions import ScopeClosedError
from ._builds import Builder, Wake
from ._teardown import Exit, aclose, close, may_close
from ._unit_of_work import UnitsOfWork

if TYPE_CHECKING:
    from typing_extensions import TypeForm

    from .._container import Container
    from .._manual_scope import ManualScope
    from ..compiler._functions import Resolvers

innermost: ContextVar["Scope | ManualScope | None"] = ContextVar(
    "ftf.container.scope", default=None
)


MISSING = object()
"""Stands for an instance that was not made."""

_ENTERED = "A scope is entered once: ask `container.scoped_context()` for another one."


class Scope:
    """A stretch of work, such as one request, within which scoped services are shared.

    `Container.scoped_context` makes one. Leaving it closes what was built in it, last first;
    generators among the factories see the exception that ended it.
    """

    __slots__ = (
        "_closed",
        "_container",
        "_exits",
        "_flights",
        "_instances",
        "_resolvers",
        "_token",
        "_units",
        "_waiters",
    )

    def __init__(self, container: "Container", resolvers: "Resolvers") -> None:
        self._container = container
        self._resolvers = resolvers
        self._instances: dict[object, object] = {}
        self._flights: dict[object, Builder] = {}
        self._exits: list[Exit] = []
        self._closed = False
        self._token: Token[Scope | ManualScope | None] | None = None
        self._units: UnitsOfWork | None = None
        self._waiters: dict[object, list[Wake]] | None = None

    def resolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`.

        Raises:
            AsyncDependencyError: It has to be awaited: use `aresolve`.
            DependencyResolutionError: It cannot be built.
        """
        try:
            door = self._resolvers.sync[key]
        except (KeyError, TypeError):
            door = None
        return (door or self._resolvers.open(key, awaiting=False))(self)  # type: ignore[no-any-return]

    @markcoroutinefunction
    def aresolve[T](self, key: "TypeForm[T]") -> Coroutine[object, object, T]:
        """Deliver the service known by `key`, awaiting whatever has to be.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        try:
            door = self._resolvers.awaiting[key]
        except (KeyError, TypeError):
            door = later(partial(self._resolvers.open, key, awaiting=True))
        return door(self)  # type: ignore[no-any-return]

    def call[T](self, function: Callable[..., T], /, **given: object) -> T:
        """Call a function with the services it asks for.

        Args:
            function: A plain function; an async one needs `acall`.
            given: Arguments passed as they are, instead of being resolved.

        Raises:
            AsyncDependencyError: The function or one of its services has to be awaited.
            DependencyResolutionError: A service cannot be built.
        """
        door = self._resolvers.calls.find(function, given, awaiting=False)
        return door(self, function, given)  # type: ignore[no-any-return]

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
        """Call a function with the services it asks for, awaiting whatever has to be.

        Args:
            function: A plain or async function.
            given: Arguments passed as they are, instead of being resolved.

        Raises:
            DependencyResolutionError: A service cannot be built.
        """
        door = self._resolvers.calls.find(function, given, awaiting=True)
        return door(self, function, given)  # type: ignore[no-any-return]

    @property
    def _outer(self) -> "Scope | ManualScope | None":
        outer = self._token.old_value if self._token else None
        return None if outer is Token.MISSING else outer

    @property
    def units(self) -> UnitsOfWork:
        """The units of work that are committed or rolled back together."""
        if self._units is None:
            self._units = UnitsOfWork()
        return self._units

    def mark_rollback(self) -> None:
        """Have the units of work rolled back, whatever the outcome."""
        self.units.mark_rollback()

    def close(self, body: BaseException | None = None) -> None:
        """End the scope, telling generators what `body` raised.

        Raises:
            AsyncDependencyError: Something in it has to be awaited; the scope stays open.
            ExceptionGroup: What closing raised, if `body` is `None`.
        """
        if may_close(self._exits, body):
            self._end()
            close(self._exits, body)

    async def aclose(self, body: BaseException | None = None) -> None:
        """End the scope, telling generators what `body` raised.

        Raises:
            ExceptionGroup: What closing raised, if `body` is `None`.
        """
        self._end()
        await aclose(self._exits, body)

    def _end(self) -> None:
        self._closed = True
        self._resolvers = _CLOSED
        self._instances = {}

    @property
    def is_closed(self) -> bool:
        """Whether the scope has ended, so that nothing can be resolved from it any more."""
        return self._closed

    def __enter__(self) -> Self:
        if self._token is not None or self._closed:
            raise RuntimeError(_ENTERED)
        self._token = innermost.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> None:
        self._leave()
        self.close(body)

    async def __aenter__(self) -> Self:
        if self._token is not None or self._closed:
            raise RuntimeError(_ENTERED)
        self._token = innermost.set(self)
        return self

    def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, _: TracebackType | None
    ) -> Coroutine[object, object, None]:
        # As `_leave` and `_end` do, without the time that calling them takes.
        try:  # noqa: SIM105
            innermost.reset(self._token)  # type: ignore[arg-type]  # it was entered
        except ValueError:
            pass
        self._closed = True
        self._resolvers = _CLOSED
        self._instances = {}
        return aclose(self._exits, body)

    def _leave(self) -> None:
        # A scope that ends in another context than it began in has nothing to restore there.
        try:  # noqa: SIM105  # suppress takes longer than all of the rest
            innermost.reset(self._token)  # type: ignore[arg-type]  # it was entered
        except ValueError:
            pass


def later(find: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Find a coroutine function when it is awaited, and not yet when it is called."""

    async def deliver(*arguments: object) -> object:
        return await find()(*arguments)

    return deliver


def units_of(scope: Scope) -> UnitsOfWork:
    """Deliver the units of work of the scope that asks."""
    return scope.units


class _Closed:
    """Stands where the functions of a scope were before it ended."""

    def __getattr__(self, name: str) -> "_Closed":
        return self

    def __getitem__(self, key: object) -> Never:
        raise KeyError(key)

    def open(self, key: object, *_: object, **__: object) -> Never:
        raise ScopeClosedError((Step(key, "", location_of(key)),))

    def find(self, function: object, *_: object, awaiting: bool) -> Callable[..., Any]:
        refuse = partial(self.open, function)
        return later(refuse) if awaiting else refuse()


_CLOSED = cast("Resolvers", _Closed())
