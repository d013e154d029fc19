"""The part of the pytest plugin that is about jobs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from ..isolation._leftovers import Leftovers

if TYPE_CHECKING:
    from ftf.container import Container

    from ._job_tester import JobTester


@pytest.fixture
def jobs(container: "Container", _ftf_leftovers: Leftovers) -> "Iterator[JobTester]":
    """Keep the jobs of the application: fake them, or run them when the test says so."""
    from ._job_tester import JobTester

    with JobTester(container).active() as tester:
        yield tester
    _ftf_leftovers.add(*tester.left())
