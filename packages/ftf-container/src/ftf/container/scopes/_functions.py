"""The compiled functions that a scope works with, and what stands there once it has ended."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Never, Protocol

from .._dependency_path import Step, location_of
from ..exceptions import ScopeClosedError
from ._state import ScopeState

type Function = Callable[..., Any]
"""A compiled function: it takes a scope, and delivers a service or calls another function."""


class Callers(Protocol):
    """The compiled functions that call other functions."""

    def find(
        self, function: Function, given: Mapping[str, object], /, *, awaiting: bool
    ) -> Function:
        """Return the compiled function that calls `function`."""


class Functions(Protocol):
    """The compiled functions that a scope delivers with."""

    @property
    def sync(self) -> Mapping[object, Function]:
        """Those that deliver a service without awaiting, by key."""

    @property
    def awaiting(self) -> Mapping[object, Function]:
        """The coroutine functions that deliver a service, by key."""

    @property
    def callers(self) -> Callers:
        """Those that call other functions."""

    def open(self, key: object, *, awaiting: bool) -> Function:
        """Compile the function that delivers a key."""

    def instances_of(self, scope: ScopeState, /) -> dict[object, object]:
        """Return the instances of a scope by key."""

    def places(self, slots: Iterable[object], /) -> set[object]:
        """Return under what the instances of slots stand in a scope."""


def later(find: Callable[[], Callable[..., Any]]) -> Callable[..., Any]:
    """Return a coroutine function that finds the one to call when it is awaited."""

    async def deliver(*arguments: object) -> object:
        return await find()(*arguments)

    return deliver


class _ClosedFunctions:
    """Stands where the functions of a scope were before it ended."""

    def __getitem__(self, key: object) -> Never:
        raise KeyError(key)

    @property
    def sync(self) -> Any:  # noqa: ANN401  # it only has to be indexed
        return self

    awaiting = callers = sync

    def open(self, key: object, **_: object) -> Never:
        raise ScopeClosedError((Step(key, "", location_of(key)),))

    def instances_of(self, _: ScopeState) -> dict[object, object]:
        return {}

    def places(self, _: Iterable[object]) -> set[object]:
        return set()  # pragma: no cover  # a scope for a task asks before it ends

    def find(self, function: Function, _: Mapping[str, object], *, awaiting: bool) -> Function:
        refuse = partial(self.open, function)
        return later(refuse) if awaiting else refuse()


# A look-up in it raises the KeyError of a key that is asked for first, so that open scopes need no
# check of whether they are closed.
CLOSED: Functions = _ClosedFunctions()
