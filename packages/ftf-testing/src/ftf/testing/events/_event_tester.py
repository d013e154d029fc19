"""`EventTester`: fakes events of a container, and looks at its listeners."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from ..isolation._listener_failures import ListenerFailures
from ._event_fake import EventFake

if TYPE_CHECKING:
    from ftf.container import Container


class EventTester:
    """The events of the container under test.

    Args:
        container: The container.
        failures: What listeners raised after the commit.
    """

    def __init__(self, container: "Container", failures: ListenerFailures) -> None:
        from ftf.container.events import Listeners

        self._listeners = Listeners.of(container)
        self._container = container
        self._failures = failures
        self._fakes: list[EventFake] = []

    def fake(self, *types: type) -> EventFake:
        """Catch events instead of calling their listeners, until the test ends.

        Args:
            types: The types of the events, every type by default.

        Returns:
            What was caught.
        """
        fake = EventFake(types or (object,))
        self._fakes.append(fake)
        return fake

    def assert_listening(self, event: type, listener: object) -> None:
        """Fail the test unless a class or function is called with the events of a type."""
        if not self._listeners.hears(event, listener):
            name = getattr(listener, "__qualname__", listener)
            pytest.fail(f"{name} does not listen to {event.__qualname__}.", pytrace=False)

    def take_failures(self) -> list[Exception]:
        """Return what listeners raised after the commit, which fails the test otherwise."""
        return self._failures.take()

    @contextmanager
    def active(self) -> "Iterator[EventTester]":
        """Pass events to the fakes until the block ends."""
        from ftf.container import Scope
        from ftf.container.events import Events

        from ._fake_events import FakeEvents

        def fake_events(scope: Scope) -> Events:
            return FakeEvents(scope, self._listeners.events(scope), self._fakes)

        with self._container.override(Events, fake_events):
            yield self
