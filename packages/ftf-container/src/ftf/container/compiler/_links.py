"""What compiled functions are linked to: the scopes, singletons and functions of a container."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from ..graph._node import Node
from ..scopes._functions import Function
from ..scopes._scope import Scope
from ..scopes._slots import Slots
from ._runtime import Runtime


class SingletonLookup(Protocol):
    """The singletons that exist."""

    def ready(self, node: Node) -> tuple[object] | None:
        """Return an instance that will stay the same, if there is one."""

    def is_awaited(self, node: Node) -> bool:
        """Return whether a singleton, or what does not exist yet below it, has to be awaited."""

    def unbuilt(self, node: Node) -> Iterable[object]:
        """Return the slots of a singleton and of those below it that do not exist yet."""


class Links(Protocol):
    """The container, as far as compiled functions are linked to it."""

    @property
    def owner(self) -> object:
        """The container, which decorators are given."""

    @property
    def root(self) -> Scope:
        """The scope of the singletons."""

    @property
    def runtime(self) -> Runtime:
        """The functions that compiled functions call."""

    @property
    def slots(self) -> Slots:
        """The numbers under which scopes keep instances."""

    @property
    def singletons(self) -> SingletonLookup:
        """The singletons that exist."""

    @property
    def sync(self) -> Mapping[object, Function]:
        """The functions that deliver a service without awaiting, by key or node."""

    @property
    def awaiting(self) -> Mapping[object, Function]:
        """The coroutine functions that deliver a service, by key or node."""

    def open(self, key: object, *, awaiting: bool) -> Function:
        """Compile the function that delivers a key or node."""
