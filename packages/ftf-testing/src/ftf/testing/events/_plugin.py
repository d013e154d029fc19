"""The part of the pytest plugin that is about events."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ..isolation._leftovers import Leftovers

if TYPE_CHECKING:
    from ftf.container import Container

    from ._event_tester import EventTester


@pytest.fixture
def events(container: "Container", _ftf_leftovers: Leftovers) -> "Iterator[EventTester]":
    """Fake the events of the application, and look at its listeners."""
    from ._event_tester import EventTester

    with EventTester(container, _ftf_leftovers.listener_failures).active() as tester:
        yield tester
