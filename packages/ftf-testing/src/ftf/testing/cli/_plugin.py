"""The part of the pytest plugin that is about commands."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ftf.container import Container

    from ._command_line import CommandLine


@pytest.fixture
def cli(app: object, container: "Container", request: pytest.FixtureRequest) -> "CommandLine":
    """Return a function that runs commands of `ftf` with the application under test."""
    from ._command_line import CommandLine

    # The project of the test's file: a repository may have several.
    return CommandLine(app, container, request.path.parent)
