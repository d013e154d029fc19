"""What has to be closed when a scope ends: all of it, in reverse order of creation."""

import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from functools import partial
from inspect import iscoroutinefunction
from types import TracebackType
from typing import NamedTuple, Protocol

type Failure = BaseException | None

_logger = logging.getLogger("ftf.container")


class Exit(Protocol):
    """The signature of `__exit__` and `__aexit__`."""

    def __call__(
        self, kind: type[BaseException] | None, body: Failure, traceback: TracebackType | None, /
    ) -> Awaitable[bool | None] | bool | None: ...


class Teardown(NamedTuple):
    """One service to close, which is told what the scope's body raised."""

    key: object
    exit: Exit
    is_async: bool

    def run(self, body: Failure) -> Awaitable[bool | None] | bool | None:
        """Close it; the result of an async one has to be awaited."""
        if body is None:
            return self.exit(None, None, None)
        return self.exit(type(body), body, body.__traceback__)


class TeardownStack:
    """The teardowns of one scope, last in, first out."""

    __slots__ = ("_teardowns",)

    def __init__(self) -> None:
        self._teardowns: list[Teardown] = []

    def awaited(self) -> object | None:
        """Name a service whose closing has to be awaited."""
        return next((teardown.key for teardown in self._teardowns if teardown.is_async), None)

    def enter(self, key: object, manager: AbstractContextManager[object]) -> object:
        """Enter a context, and leave it at the end."""
        instance = manager.__enter__()
        self._teardowns.append(Teardown(key, manager.__exit__, is_async=False))
        return instance

    async def aenter(self, key: object, manager: AbstractAsyncContextManager[object]) -> object:
        """Enter an async context, and leave it at the end."""
        instance = await manager.__aenter__()
        self._teardowns.append(Teardown(key, manager.__aexit__, is_async=True))
        return instance

    def adopt(self, key: object, instance: object) -> None:
        """Close an instance at the end, if its class has `aclose`, `close` or `dispose`."""
        for name in ("aclose", "close", "dispose"):
            if callable(getattr(type(instance), name, None)):
                close = getattr(instance, name)
                is_async = iscoroutinefunction(close)
                self._teardowns.append(Teardown(key, partial(_ignoring, close), is_async))
                return

    def close(self, body: Failure) -> None:
        """Run every teardown, none of which may have to be awaited.

        Raises:
            ExceptionGroup: What the teardowns raised, if the body raised nothing.
        """
        failures: list[BaseException] = []
        while self._teardowns:
            try:
                self._teardowns.pop().run(body)
            except BaseException as failure:  # noqa: BLE001  # the rest still has to close
                failures.append(failure)
        _report(body, failures)

    async def aclose(self, body: Failure) -> None:
        """Run every teardown, awaiting those that need it.

        Raises:
            ExceptionGroup: What the teardowns raised, if the body raised nothing.
        """
        failures: list[BaseException] = []
        while self._teardowns:
            try:
                closing = self._teardowns.pop().run(body)
                if isinstance(closing, Awaitable):
                    await closing
            except BaseException as failure:  # noqa: BLE001  # the rest still has to close
                failures.append(failure)
        _report(body, failures)


def _report(body: Failure, failures: list[BaseException]) -> None:
    """Raise what closing raised, unless the body's own exception is on its way already."""
    for failure in failures:
        if not isinstance(failure, Exception):
            raise failure
    errors = [failure for failure in failures if isinstance(failure, Exception)]
    if body is None and errors:
        raise ExceptionGroup("closing the scope failed", errors)
    if body is not None:
        for error in errors:
            _logger.error("closing the scope failed", exc_info=error)
            body.add_note(f"Closing the scope failed as well: {error!r}")


def _ignoring(close: Callable[[], Awaitable[None] | None], *_: object) -> Awaitable[None] | None:
    return close()
