"""The part of the pytest plugin that is about commands."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from ftf.container import Container

    from ._command_line import CommandLine


@pytest.fixture
def cli(app: object, container: "Container", pytestconfig: pytest.Config) -> "CommandLine":
    """Return a function that runs commands of `ftf` with the application under test."""
    from ._command_line import CommandLine

    return CommandLine(app, container, pytestconfig.rootpath)
