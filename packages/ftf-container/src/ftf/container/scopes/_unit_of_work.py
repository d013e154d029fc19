"""Units of work: changes that are committed or rolled back together."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from inspect import isawaitable
from typing import Protocol

from .._span import span

type Callback = Callable[[], Awaitable[object] | object]

_without_scope: "ContextVar[_Outside | None]" = ContextVar(
    "ftf.container.transaction", default=None
)


class UnitOfWork(Protocol):
    """Changes that take effect together or not at all, such as an `AsyncSession`."""

    async def commit(self) -> None:
        """Make the changes permanent."""

    async def rollback(self) -> None:
        """Undo the changes."""


class OpenTransaction(Protocol):
    """A transaction that calls functions after its outermost commit, such as ftf-orm's."""

    def after_commit(self, callback: Callback, /) -> None:
        """Call a function, plain or async, after the outermost commit."""


class UnitsOfWork:
    """The units of work of one scope. The factory that opens one adds it.

    The code that opened the scope settles them before it reports an outcome; ftf-http does so just
    before a response starts. Units that are not settled stay as they are.
    """

    __slots__ = ("_after_commit", "_open", "_rollback_only", "_units")

    def __init__(self) -> None:
        self._units: list[UnitOfWork] = []
        self._open: list[OpenTransaction] = []
        self._after_commit: list[Callback] = []
        self._rollback_only = False

    def __bool__(self) -> bool:
        return bool(self._units)

    def __contains__(self, unit: object) -> bool:
        return any(each is unit for each in self._units)

    @property
    def transaction(self) -> OpenTransaction | None:
        """The transaction that was opened last and is still open.

        Raises:
            RuntimeError: A transaction is open that belongs to no scope.
        """
        if self._open:
            return self._open[-1]
        if not self._units and _is_open_outside():
            raise RuntimeError(
                "A transaction is open outside of any scope, so it is not known whose commit to "
                "wait for: pass the transaction, or open it inside `container.scoped_context()`."
            )
        return None

    def add(self, unit: UnitOfWork) -> None:
        """Settle a unit of work together with the others."""
        self._units.append(unit)

    def mark_rollback(self) -> None:
        """Roll back whatever the status of the response will be."""
        self._rollback_only = True

    async def after_commit(self, callback: Callback) -> None:
        """Call a function once the work of the scope is committed, or now if none is pending.

        Args:
            callback: A plain or async function without parameters; see `defer`.

        Raises:
            RuntimeError: A transaction is open that belongs to no scope.
        """
        if not self.defer(callback):
            await _call(callback)

    def defer(self, callback: Callback) -> bool:
        """Call a function once the work of the scope is committed; not if it is rolled back.

        It waits for the outermost commit of the transaction that was opened last, if one is open,
        and else for the units of work to be settled.

        Args:
            callback: A plain or async function without parameters.

        Returns:
            Whether it will be called; there may be nothing to wait for.

        Raises:
            RuntimeError: A transaction is open that belongs to no scope.
        """
        if (transaction := self.transaction) is not None:
            transaction.after_commit(callback)
        elif self._units:
            self._after_commit.append(callback)
        else:
            return False
        return True

    @contextmanager
    def during(self, transaction: OpenTransaction) -> Iterator[None]:
        """Wait for the commit of a transaction in `after_commit`, until the block ends."""
        self._open.append(transaction)
        try:
            yield
        finally:
            self._open.remove(transaction)

    async def settle(self, *, commit: bool) -> None:
        """Commit, or roll back if `commit` is false, the marker is set, or a commit fails.

        Raises:
            Exception: What a commit raised; what was not committed is rolled back.
            ExceptionGroup: What rolling back raised, or, after the commit, functions of
                `after_commit`.
        """
        units, self._units = self._units, []
        callbacks, self._after_commit = self._after_commit, []
        commit = commit and not self._rollback_only
        if units:
            with span("ftf.settle", commit=commit):
                await _settle(units, commit=commit)
        if commit:
            await _each("the work was committed, but callbacks failed", callbacks)


async def _settle(units: list[UnitOfWork], *, commit: bool) -> None:
    """Commit units of work, and roll back those that are not committed."""
    try:
        while units and commit:
            await units[0].commit()
            del units[0]
    finally:
        await _each("rolling back failed", [unit.rollback for unit in reversed(units)])


@dataclass(slots=True)
class _Outside:
    """A transaction that belongs to no scope, and the one around it."""

    is_open: bool
    around: "_Outside | None"


@contextmanager
def without_scope() -> Iterator[None]:
    """Mark this context, in which a transaction is open that belongs to no scope."""
    outside = _Outside(is_open=True, around=_without_scope.get())
    token = _without_scope.set(outside)
    try:
        yield
    finally:
        outside.is_open = False
        # reset() raises a ValueError in another task than the one that began the transaction.
        with suppress(ValueError):
            _without_scope.reset(token)


def _is_open_outside() -> bool:
    outside = _without_scope.get()
    while outside is not None and not outside.is_open:
        outside = outside.around
    return outside is not None


async def _each(problem: str, callbacks: list[Callback]) -> None:
    """Call functions in order, even if some fail or the task is cancelled meanwhile."""
    failures: list[Exception] = []
    cancelled: BaseException | None = None
    for callback in callbacks:
        try:
            await _call(callback)
        except Exception as failure:  # noqa: BLE001  # the rest still has to be called
            failures.append(failure)
        except BaseException as cancellation:  # noqa: BLE001  # asyncio's or trio's
            cancelled = cancellation
    try:
        if failures:
            raise ExceptionGroup(problem, failures)
    finally:
        if cancelled is not None:
            raise cancelled


async def _call(callback: Callback) -> None:
    if isawaitable(result := callback()):
        await result
