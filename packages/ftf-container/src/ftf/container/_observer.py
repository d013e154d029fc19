"""Observers of containers, such as the one that reports what a test leaves open."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from ._override import Override
from .scopes._scope import Scope


class Observer(Protocol):
    """What is called for each scope and override that a container of this process makes."""

    def scope_made(self, scope: Scope) -> None:
        """Note a scope, which has not been entered yet."""

    def override_made(self, override: Override) -> None:
        """Note an override, which has not begun yet."""


observers: list[Observer] = []


@contextmanager
def observing(observer: Observer) -> Iterator[None]:
    """Call an observer for each scope and override of every container, until this ends.

    Args:
        observer: What is called, in the thread and task that makes the scope or override.
    """
    observers.append(observer)
    try:
        yield
    finally:
        observers.remove(observer)
