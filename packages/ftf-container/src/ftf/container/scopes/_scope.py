"""Scopes: what resolves, calls and closes within one request, job or other unit of work."""

from collections.abc import Awaitable, Callable, Coroutine
from contextlib import AbstractContextManager
from contextvars import ContextVar, Token
from functools import partial
from inspect import markcoroutinefunction
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self, overload

from .._dependency_path import Step
from ..exceptions import ScopeClosedError
from ._functions import CLOSED, Functions, later
from ._state import ScopeState
from ._teardown import aclose, close, may_close, refuse_awaited
from ._unit_of_work import OpenTransaction, UnitsOfWork, without_scope

if TYPE_CHECKING:
    from typing_extensions import TypeForm


class Surroundings(Protocol):
    """A scope that code runs in, or a manual scope, which opens scopes when they are needed."""

    def _within(self, owner: object) -> "Scope | None":
        """Return the innermost scope of a container here or further outwards."""


innermost: ContextVar[Surroundings | None] = ContextVar("ftf.container.scope", default=None)

_ENTERED = "A scope is entered once: ask `container.scoped_context()` for another one."


class Scope(ScopeState):
    """A unit of work, such as one request, within which scoped services are shared.

    `Container.scoped_context` makes one. Leaving it closes what was built in it, last first;
    generators among the factories see the exception that ended it.
    """

    __slots__ = ("_functions", "_owner", "_token", "_units")

    def __init__(self, owner: object, functions: Functions) -> None:
        # The state is set here as well: a call of ScopeState.__init__ would cost each scope time.
        self._owner = owner
        self._functions = functions
        self._instances = {}
        self._builds = {}
        self._exits = []
        self._closed = False
        self._token: Token[Surroundings | None] | None = None
        self._units: UnitsOfWork | None = None
        self._waiters = None

    def resolve[T](self, key: "TypeForm[T]") -> T:
        """Deliver the service known by `key`.

        Raises:
            AsyncDependencyError: It has to be awaited: use `aresolve`.
            DependencyResolutionError: It cannot be built.
        """
        try:
            deliver = self._functions.sync[key]
        except (KeyError, TypeError):  # a key that is not hashable is refused by `open`
            deliver = None
        return (deliver or self._functions.open(key, awaiting=False))(self)  # type: ignore[no-any-return]

    # A plain function that returns the coroutine: `async def` would add a frame to each resolution.
    # markcoroutinefunction() has inspect.iscoroutinefunction() say what callers expect.
    @markcoroutinefunction
    def aresolve[T](self, key: "TypeForm[T]") -> Coroutine[object, object, T]:
        """Deliver the service known by `key`, awaiting whatever has to be.

        Raises:
            DependencyResolutionError: It cannot be built.
        """
        try:
            deliver = self._functions.awaiting[key]
        except (KeyError, TypeError):
            deliver = later(partial(self._functions.open, key, awaiting=True))
        return deliver(self)  # type: ignore[no-any-return]

    def call[T](self, function: Callable[..., T], /, **given: object) -> T:
        """Call a function with the services it asks for.

        Args:
            function: A plain function; an async one needs `acall`.
            given: Arguments passed as they are, instead of being resolved.

        Raises:
            AsyncDependencyError: The function or one of its services has to be awaited.
            DependencyResolutionError: A service cannot be built.
        """
        caller = self._functions.callers.find(function, given, awaiting=False)
        return caller(self, function, given)  # type: ignore[no-any-return]

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
        caller = self._functions.callers.find(function, given, awaiting=True)
        return caller(self, function, given)  # type: ignore[no-any-return]

    def _within(self, owner: object) -> "Scope | None":
        """Return the innermost scope of a container here or further outwards."""
        if self._owner is owner:
            return self
        outer = self._token.old_value if self._token else None
        return None if outer is None or outer is Token.MISSING else outer._within(owner)

    @property
    def units(self) -> UnitsOfWork:
        """The units of work that are committed or rolled back together."""
        if self._units is None:
            self._units = UnitsOfWork()
        return self._units

    def mark_rollback(self) -> None:
        """Roll back the units of work when they are settled, whatever the outcome."""
        self.units.mark_rollback()

    def task_scope(self) -> "Scope":
        """Return a scope for another task of the same work, to be entered and left in that task.

        It delivers what exists in this scope, and shares its units of work. What is built in it is
        shared as well until it ends, and is closed when it ends, in its own task: task groups and
        the tokens of context variables have to be.
        """
        return _TaskScope(self)

    def close(self, body: BaseException | None = None) -> None:
        """End the scope and close its instances. Generators are thrown `body`, if it is given.

        Raises:
            AsyncDependencyError: Something in it has to be awaited; the scope stays open.
            ExceptionGroup: What closing raised, if `body` is `None`.
        """
        if may_close(self._exits, body):
            self._end()
            close(self._exits, body)

    async def aclose(self, body: BaseException | None = None) -> None:
        """End the scope and close its instances. Generators are thrown `body`, if it is given.

        Raises:
            ExceptionGroup: What closing raised, if `body` is `None`.
        """
        self._end()
        await aclose(self._exits, body)

    def _end(self) -> None:
        self._closed = True
        self._functions = CLOSED
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
        # The bodies of `_leave` and `_end`: two calls less for each request.
        try:  # noqa: SIM105
            innermost.reset(self._token)  # type: ignore[arg-type]  # it was entered
        except ValueError:
            pass
        self._closed = True
        self._functions = CLOSED
        self._instances = {}
        return aclose(self._exits, body)

    def _leave(self) -> None:
        # reset() raises a ValueError in another context than that of set(): a scope that ends there
        # has nothing to restore.
        try:  # noqa: SIM105  # suppress takes longer than all of the rest
            innermost.reset(self._token)  # type: ignore[arg-type]  # it was entered
        except ValueError:
            pass


class _TaskScope(Scope):
    """A scope that keeps its instances in another one, and closes them itself."""

    __slots__ = ("_before", "_whole")

    def __init__(self, whole: Scope) -> None:
        super().__init__(whole._owner, whole._functions)
        self._instances, self._builds, self._units = whole._instances, whole._builds, whole.units
        whole._waiters = self._waiters = {} if whole._waiters is None else whole._waiters
        self._whole = whole
        self._before = set(self._instances)

    def __aexit__(
        self, kind: type[BaseException] | None, body: BaseException | None, at: TracebackType | None
    ) -> Coroutine[object, object, None]:
        self._forget()
        return super().__aexit__(kind, body, at)

    def _end(self) -> None:
        self._forget()
        super()._end()

    def _forget(self) -> None:
        """Remove from the other scope what may need an instance that is closed now."""
        if self._exits:
            built_there = self._functions.places(slot for slot, _ in self._whole._exits)
            for place in self._instances.keys() - self._before - built_there:
                del self._instances[place]


def still_open(scope: Scope, key: object) -> Scope:
    """Return a scope, or, once that of a task has ended, the one whose instances it kept.

    Raises:
        ScopeClosedError: It has ended as well.
    """
    while isinstance(scope, _TaskScope) and scope._closed:
        scope = scope._whole
    if scope._closed:
        raise ScopeClosedError((Step(key),))
    return scope


def units_of(scope: Scope) -> UnitsOfWork:
    """Return the units of work of a scope."""
    return scope.units


def defer_until_commit(
    transaction: OpenTransaction, units: UnitsOfWork | None = None
) -> AbstractContextManager[None]:
    """Make `UnitsOfWork.after_commit` wait for a transaction, until the block ends.

    Args:
        transaction: The transaction, which is open until the block ends.
        units: The units of work of the scope that it belongs to; by default those of the innermost
            scope that the caller runs in.
    """
    if units is None:
        scope = innermost.get()
        if not isinstance(scope, Scope):
            return without_scope()
        units = scope.units
    return units.during(transaction)


def instances_of(scope: Scope) -> dict[object, object]:
    """Return the instances of a scope by key."""
    return scope._functions.instances_of(scope)


def refuse_close(scope: Scope) -> None:
    """Check that a scope can be closed without awaiting.

    Raises:
        AsyncDependencyError: Something in it has to be awaited.
    """
    refuse_awaited(scope._exits)
